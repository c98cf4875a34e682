"""The command line. Imports what it needs late: see ``environment``."""

import argparse
import os
import pwd
import signal
import subprocess
import sys
import tempfile

from . import environment, paths
from .console import LauncherError, fail

DESCRIPTION = "bpo_crm: try it, test it, work on it."

EPILOG = """\
Odoo's source is taken from ODOO_HOME, from the cache, from the internet (the
official source) or from Debian's package (19.0), whichever comes first.
PostgreSQL is the one that PGHOST names, or else an embedded one, which goes on
until "bpo stop". All that the launcher makes is in ~/.cache/bpo_crm; run as
root, it installs Chromium, curl and faketime for the tests with Debian's apt-get.
"""


def main(arguments):
    """Run a command.

    :param list arguments: of the command line.
    :return: the exit code.
    :rtype: int
    """
    # Ended by a signal, everything that was started is ended too.
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(143))
    options, rest = _parse(arguments)
    try:
        _check_home()
        _check_cache()
        environment.ensure()
        return options.run(options, rest)
    except LauncherError as error:
        if options.verbose:
            raise
        fail(error)
        return 1
    except KeyboardInterrupt:
        return 130


def _check_home():
    """Refuse, as root, to leave files in the home of somebody who cannot remove them.

    :raises LauncherError: which says whose it is, and what to do about it.
    """
    owner = None if os.geteuid() else _find_owner(paths.HOME)
    if owner:
        raise LauncherError(
            f"HOME is {paths.HOME}, which belongs to {owner}. As root, set HOME to a "
            f"folder of root's own, or run this as {owner}."
        )


def _find_owner(folder):
    """Return the name of the user whose a folder is, unless it is root's or nobody's.

    :param Path folder: or where it would be made.
    :rtype: str | None
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    uid = there.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name if uid else None
    except KeyError:
        # In a container, the owner of a folder from outside.
        return None


def _check_cache():
    """Refuse to begin where nothing can be kept.

    :raises LauncherError: which says what to do about it.
    """
    try:
        paths.CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=paths.CACHE):
            pass
    except OSError as error:
        raise LauncherError(
            f"Nothing can be written to {paths.CACHE} ({error.strerror}). Set HOME to "
            "a folder of your own."
        ) from None


def _parse(arguments):
    parser = argparse.ArgumentParser(
        "bpo",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--verbose", action="store_true", help="show where an error comes from"
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    demo = _add(commands, "demo", _demo, "start two servers and win a lead")
    demo.add_argument("--once", action="store_true", help="end when the lead is won")
    test = _add(
        commands, "test", _test, "run all tests; pytest's own arguments pass through"
    )
    test.add_argument(
        "--whole",
        action="store_true",
        help="run every test on every series, those with a browser and between "
        "servers as well, which have another series every day otherwise",
    )
    test.add_argument(
        "--clock",
        action="append",
        default=[],
        metavar="NAME",
        help="run the addon's tests under another clock, one of --clocks or a moment "
        "such as 2027-01-09T12:00",
    )
    test.add_argument(
        "--clocks", action="store_true", help="run them under each of the other clocks"
    )
    test.add_argument(
        "--tries",
        type=int,
        metavar="N",
        help="how often the machine that tries to get past the rules begins anew",
    )
    shell = _add(commands, "shell", _shell, "Odoo's shell on a demo database")
    bench = _add(commands, "bench", _bench, "measure against plain Odoo")
    bench.add_argument(
        "--screens",
        action="store_true",
        help="what the screens cost the server, among a million leads",
    )
    bench.add_argument(
        "--reports",
        action="store_true",
        help="what the first view of each report costs the server, among a million "
        "leads, three million stays in stages and five million calls",
    )
    bench.add_argument(
        "--adoption",
        action="store_true",
        help="how long it takes a database with a million leads to get the addon, to "
        "answer its questionnaire, and to leave it",
    )
    bench.add_argument(
        "--small", action="store_true", help="any of these with 20,000 leads"
    )
    bench.add_argument(
        "--picture", metavar="PNG", help="where to save a picture of the screens' times"
    )
    for command in (demo, test, shell, bench):
        command.add_argument("--series", choices=("18.0", "19.0"), help="of Odoo")
    rights = _add(commands, "rights", _rights, "write down who may do what")
    rights.add_argument("--series", choices=("18.0", "19.0"), help="of Odoo")
    _add(commands, "translations", _translations, "write down what is to be translated")
    _add(commands, "lint", _lint, "run the linters")
    _add(commands, "readme", _readme, "put together the README of each addon")
    _add(commands, "stop", _stop, "end what an earlier run left behind")
    clean = _add(commands, "clean", _clean, "remove the databases and logs")
    clean.add_argument(
        "--all", action="store_true", help="and what was downloaded and installed"
    )

    options, rest = parser.parse_known_args(arguments)
    if rest and options.run is not _test:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return options, rest


def _add(commands, name, run, text):
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _demo(options, _rest):
    from . import demo

    return demo.run(options.series, options.once)


def _test(options, rest):
    from . import clocks, testing

    names = list(clocks.find_all()) if options.clocks else options.clock
    return testing.run(options.series, rest, names, options.tries, options.whole)


def _shell(options, _rest):
    from . import shell

    return shell.run(options.series)


def _bench(options, _rest):
    from . import adoption, benchmark, reports, screens

    if options.adoption:
        return adoption.run(options.series, options.small)
    if options.reports:
        return reports.run(options.series, options.small)
    if options.screens or options.small or options.picture:
        return screens.run(options.series, options.small, options.picture)
    return benchmark.run(options.series)


def _translations(_options, _rest):
    from . import translations

    return translations.run()


def _rights(options, _rest):
    from . import rights

    return rights.run(options.series)


def _lint(_options, _rest):
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    return subprocess.call(command, cwd=paths.REPOSITORY)


def _readme(_options, _rest):
    from . import readme

    return readme.run()


def _stop(_options, _rest):
    from . import housekeeping

    return housekeeping.stop()


def _clean(options, _rest):
    from . import housekeeping

    return housekeeping.clean(options.all)
