"""Every fault that the lab has and that strikes single requests, each at a low rate.

Left out is what lasts (expired-token, wrong-region) and what no client can see through (a false ETag for an object that a batch wrote).
"""
READS, WRITES = "op=GetObject|HeadObject", "op=PutObject|UploadPart"
FINISHES = "op=CompleteMultipartUpload|CopyObject"
# Of these there are a few in a round, where there are hundreds of reads and writes.
RARE = "op=ListObjectsV2|DeleteObjects|CompleteMultipartUpload|UploadPart|AbortMultipartUpload"
# Without an answer to it, an upload without parts stays at the server and nobody knows of it: only what leaves nothing may strike it.
BEGINS = "op=CreateMultipartUpload"
COMMON_RATE, RARE_RATE, SLOW_RATE = 0.002, 0.01, 0.001


def connections():
    for how in ("reset", "close"):
        for place in ("request", "answer", "head", "body", "end"):
            yield f"{how}={place},{READS}|PutObject|CopyObject", COMMON_RATE
            yield f"{how}={place},{RARE}", RARE_RATE
        yield f"{how}=upload,{WRITES}", COMMON_RATE
        yield f"{how}=upload,op=DeleteObjects|CompleteMultipartUpload", RARE_RATE
        yield f"{how}=request,{BEGINS}", RARE_RATE
    for place in ("request", "answer", "head", "body", "end"):
        yield f"stall={place},{READS}|PutObject|CopyObject", SLOW_RATE / 2
        yield f"stall={place},{RARE}", SLOW_RATE
    yield f"stall=upload,{WRITES}", SLOW_RATE
    yield f"stall=request,{BEGINS}", SLOW_RATE


def answers():
    for error in ("InternalError", "SlowDown,retry-after=1", "ServiceUnavailable", "502"):
        yield f"error={error}", COMMON_RATE
    yield f"error=AccessDenied,{READS}|PutObject", COMMON_RATE / 2
    yield "error=NoSuchUpload,op=UploadPart", RARE_RATE
    yield "error=AccessDenied,op=AbortMultipartUpload", 0.2  # only uploads that failed are aborted: a few in an hour
    yield f"late-error=InternalError,{WRITES}", RARE_RATE
    yield f"late-error=503,{FINISHES}|DeleteObjects", RARE_RATE
    yield f"error-in-200=InternalError,{FINISHES}", RARE_RATE
    yield "clock-skew=40m", COMMON_RATE / 4
    yield "clock-skew=-40m", COMMON_RATE / 4


def slowness():
    yield "latency=5ms..50ms", RARE_RATE
    yield f"upload-bandwidth=1M,{WRITES}", SLOW_RATE
    yield f"download-bandwidth=1M,{READS}", SLOW_RATE
    yield "trickle=100ms,op=GetObject", SLOW_RATE / 4


def lies():
    yield "corrupt,op=GetObject", COMMON_RATE
    yield "overlong=16", COMMON_RATE
    yield "overlong=1000,op=ListObjectsV2", RARE_RATE
    yield "wrong-checksum", COMMON_RATE
    yield "wrong-etag,op=GetObject|HeadObject|UploadPart", COMMON_RATE
    yield "wrong-etag,op=PutObject,key=tree/", COMMON_RATE
    yield "ignore-conditions", RARE_RATE
    yield "list-page-size=40,op=ListObjectsV2", 0.5
    yield "list-encoding=percent", RARE_RATE
    yield "list-encoding=none", RARE_RATE
    yield "list-disorder", RARE_RATE
    yield "list-repeat-token", RARE_RATE


def chosen_by(random):
    """The lab's lines. Each has a seed of its own, so that every round strikes other requests."""
    return [f"{fault},rate={rate},seed={random.randrange(2**32)}"
            for kind in (connections, answers, slowness, lies) for fault, rate in kind()]
