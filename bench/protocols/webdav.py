"""rclone and curl (the large file alone), against one Apache with mod_dav, 16 at once with each tool. Sluice's uploads go to a temporary name first, the others' do
not."""
import contextlib

from webdav_servers import Apache, missing

from . import ways

AT_ONCE = 16


class DavWay(ways.Way):
    def there(self, path):
        return f"/dav/{path.relative_to(self.server.data)}"


class Sluice(ways.Tool):
    name = "sluice"

    def words(self, way, source, target, tree):
        ends = [f"webdav://127.0.0.1:{way.port}{way.there(path)}" if on_server else path for on_server, path in (source, target)]
        return [self.program, "--transfers", AT_ONCE, "-q", "sync" if tree else "cp", *ends]


class Rclone(ways.Tool):
    name = "rclone"

    def words(self, way, source, target, tree):
        flags = ["--config", "/dev/null", "--webdav-url", f"http://127.0.0.1:{way.port}", "--webdav-vendor", "other", "--transfers", AT_ONCE, "--checkers", AT_ONCE,
                 "--multi-thread-streams", "0"]
        ends = [f":webdav:{way.there(path)}" if on_server else path for on_server, path in (source, target)]
        return [self.program, *flags, "copy" if tree else "copyto", *ends]


class Curl(ways.Tool):
    name, workloads = "curl", ("large",)

    def words(self, way, source, target, tree):
        remote = f"http://127.0.0.1:{way.port}{way.there(target[1] if target[0] else source[1])}"
        return ["curl", "-sSf", *(["-T", source[1], remote] if target[0] else ["-o", target[1], remote])]


class Webdav(ways.Protocol):
    title = "beside rclone and curl, against one Apache with mod_dav"

    def missing(self):
        return missing("apache2")

    @contextlib.contextmanager
    def serving(self, _, directory):
        (directory / "apache").mkdir()
        server = Apache(directory / "apache", auth="none")
        try:
            yield server
        finally:
            server.stop()

    def served(self, server, _):
        return server.data

    def way(self, server, options, round_trip, _):
        return DavWay(server, options, round_trip)

    def tools(self, options, rclone):
        return [Sluice(options.programs / "sluice"), Curl(), *([Rclone(rclone)] if rclone else [])]

    def below_budget(self, results):
        return [missed for each in results for missed in ways.below_small_files_budget(each)]
