"""Executes a plan on Spark: `runner.py --plan URI --result URI`. It knows no rule of the data; the plan's queries do."""

import argparse
import contextlib
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

import files
from errors import UsageError
from failures import to_user_error
from plan import parse_plan, planned_again, shorten
from session import Folder, end_java, local_path, set_all, start_session, stop_session


class FlagParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"spark: {message} (--help lists the options)\n")


def main(arguments: list[str]) -> int:
    """Runs the program and returns its exit code. Errors of the user's making are one line on standard error."""
    parser = FlagParser(prog="runner.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--plan", required=True, help="URI of the plan that the etl step wrote")
    parser.add_argument("--result", required=True, help="URI of the JSON file to write: what became of the rows")
    parser.add_argument("--end-with-input", action="store_true", help="end when standard input does, as it does when the parent is killed")
    flags = parser.parse_args(arguments)
    if flags.end_with_input:
        threading.Thread(target=end_with_input, daemon=True).start()
    try:
        return run_and_tell(flags)
    finally:
        stop_session()


def end_with_input() -> None:
    """Waits for the end of standard input, then ends this process. Java goes first: the lock on the tables is held as long as it writes."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    end_java()
    os._exit(130)


def run_and_tell(flags: argparse.Namespace) -> int:
    """Runs the plan, writes the result, and says what went wrong."""
    try:
        check_place(flags.result)
        write_text(flags.result, to_json(run(flags.plan)))
        return 0
    except KeyboardInterrupt:
        print("spark: interrupted; the next run starts this step again", file=sys.stderr)
        return 130
    except Exception as error:
        told = to_user_error(error)
        if told is None:
            traceback.print_exc()
            print("spark: this is a bug in Taxiway; please report it with the lines above", file=sys.stderr)
            return 70
        if told.result is not None:
            try:
                write_text(flags.result, to_json(told.result))
            except Exception as second:
                print(f"spark: the result could not be written: {shorten(str(second))}", file=sys.stderr)
        print(f"spark: {told}", file=sys.stderr)
        return told.exit_code


def run(plan_uri: str) -> dict[str, Any]:
    """Reads, checks and runs a plan. A plan on this machine is checked before Spark has started."""
    path = local_path(plan_uri)
    plan = None if path is None else parse_plan(read_text(plan_uri), plan_uri)
    # PySpark takes a while to import.
    from execute import execute

    session = start_session({} if plan is None else plan["settings"])
    if plan is None:
        plan = parse_plan(read_text(plan_uri), plan_uri)
        set_all(session, plan["settings"])
    return execute(session, plan)


def read_text(uri: str) -> str:
    """A file's text, here or wherever Hadoop reaches."""
    path = local_path(uri)
    if path is None:
        folder, _, name = uri.rpartition("/")
        return Folder(start_session({}), folder).read_text(name)
    try:
        return Path(path).read_text()
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not text; {planned_again}") from None


def check_place(uri: str) -> None:
    """Before the work, not after it. Throws UsageError where the result can't be a file."""
    path = local_path(uri)
    if path is not None:
        files.find_target(Path(path))


def write_text(uri: str, text: str) -> None:
    """Writes a file that appears whole or not at all."""
    path = local_path(uri)
    if path is None:
        folder, _, name = uri.rpartition("/")
        Folder(start_session({}), folder).write_text(name, text)
        return
    files.write_bytes(Path(path), text.encode())


def to_json(result: dict[str, Any]) -> str:
    """Indented, with a line end."""
    return f"{json.dumps(result, indent=2)}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
