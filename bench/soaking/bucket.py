"""The lab's objects, seen with requests that are signed here (Signature Version 4) and not by what is tested."""
import datetime
import hashlib
import hmac
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

from compare.lab import ACCESS_KEY, LIST_NAMESPACE, SECRET_KEY

REGION = "us-east-1"


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(day, text):
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = sign(key, part)
    return sign(key, text).hex()


class Bucket:
    def __init__(self, endpoint, name):
        self.endpoint, self.name = endpoint, name

    def request(self, method, key="", query=(), body=None):
        host = urllib.parse.urlsplit(self.endpoint).netloc
        path = urllib.parse.quote(f"/{self.name}/{key}" if key else f"/{self.name}")
        words = urllib.parse.urlencode(sorted(query), quote_via=urllib.parse.quote, safe="")
        time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{time[:8]}/{REGION}/s3/aws4_request"
        names = "host;x-amz-content-sha256;x-amz-date"
        canonical = "\n".join([method, path, words, f"host:{host}", "x-amz-content-sha256:UNSIGNED-PAYLOAD", f"x-amz-date:{time}", "",
                               names, "UNSIGNED-PAYLOAD"])
        text = "\n".join(["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        request = urllib.request.Request(f"{self.endpoint}{path}?{words}", method=method, data=body, headers={
            "x-amz-date": time, "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, "
                             f"Signature={signature(time[:8], text)}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def put(self, key, body):
        self.request("PUT", key, body=body)

    def get(self, key):
        return self.request("GET", key)

    def keys(self, prefix):
        """All of them; a round has fewer than a page holds."""
        page = xml.fromstring(self.request("GET", query=[("list-type", "2"), ("prefix", prefix)]))
        assert page.findtext(LIST_NAMESPACE + "IsTruncated") == "false"
        return [entry.findtext(LIST_NAMESPACE + "Key") for entry in page.iter(LIST_NAMESPACE + "Contents")]

    def uploads(self):
        page = xml.fromstring(self.request("GET", query=[("uploads", "")]))
        return [entry.findtext(LIST_NAMESPACE + "Key") for entry in page.iter(LIST_NAMESPACE + "Upload")]
