"""What the README's map and the page on architecture name is there, and all of it."""

import ast
import configparser
import re
import subprocess

from tools import paths

ADDON = paths.ADDON
MODELS = ADDON / "models"
ARCHITECTURE = paths.REPOSITORY / "docs" / "architecture.md"

#: Kinds of files that stand by area, and where the areas are.
KINDS = ("models", "wizard", "views", "tests", "static/src", "static/tests")

#: Of the addon's tests, what is no area.
NO_AREAS = {"machine"}

#: Of the addon's code, where functions need not say what they take.
UNDOCUMENTED = ("intake/adf_markup.py", "migrations/", "remote_odoo/", "tests/")

#: By which an Odoo server takes PostgreSQL's connections, of which there are so many
#: unless it is told otherwise, and some are its superusers'.
CONNECTIONS = ("workers", "max_cron_threads", "db_maxconn", "db_maxconn_gevent")
MAX_CONNECTIONS, RESERVED = 100, 3

#: A function that is no longer shows what it takes.
SHORT = 5  # lines


def list_tracked():
    """Return the files that belong to the repository."""
    command = ["git", "ls-files"]
    found = subprocess.run(
        command, cwd=paths.REPOSITORY, capture_output=True, text=True, check=True
    )
    return found.stdout.split()


def list_folders(of):
    """Return the names of the folders in one that hold files of the repository."""
    prefix = f"{of}/" if of else ""
    rest = [
        name.removeprefix(prefix) for name in list_tracked() if name.startswith(prefix)
    ]
    return {name.split("/")[0] for name in rest if "/" in name}


def read_tables(text):
    """Return the rows of the tables in a text in Markdown, as lists of cells."""
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if not set(row[0]) <= set("-|")]


def find_names(cell):
    return re.findall(r"`([^`]+)`", cell)


def read_map():
    """Return the paths that the README's map names."""
    text = (paths.REPOSITORY / "README.md").read_text()
    section = text.split("## Where things are")[1].split("\n## ")[0]
    named = []
    for first, *_rest in read_tables(section)[1:]:
        folder = ""
        for name in find_names(first):
            is_whole = (paths.REPOSITORY / name).exists()
            # The first one of a row says in which folder the others are.
            path = name if is_whole else f"{folder}/{name}"
            folder = folder or path.rstrip("/").rpartition("/")[0]
            named.append(path)
    return named


def read_areas():
    """Return the areas of the page on architecture, with their cells."""
    text = ARCHITECTURE.read_text()
    section = text.split("## Areas")[1].split("\n## ")[0]
    table = section.split("\n\nThe order of this table")[0]
    return [find_names(row[0])[0] for row in read_tables(table)[1:]]


def list_lead_fields():
    """Return the fields of a lead that each area defines."""
    found = {}
    for path in sorted(MODELS.glob("*/*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and _read(node, "_inherit") == "crm.lead":
                found.setdefault(path.parent.name, set()).update(_list_fields(node))
    return {area: names for area, names in found.items() if names}


def _read(node, name):
    for line in node.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == name:
            return ast.literal_eval(line.value)
    return None


def _list_fields(node):
    return {
        ast.unparse(line.targets[0])
        for line in node.body
        if isinstance(line, ast.Assign)
        and ast.unparse(line.value).startswith("fields.")
    }


def list_functions():
    """Return the functions of the addon, those of its classes as well.

    :return: the file, the function and its docstring, or that of the class for a
        constructor; empty where there is none.
    :rtype: list[tuple[str, ast.FunctionDef, str]]
    """
    found = []
    for path in sorted(ADDON.rglob("*.py")):
        name = str(path.relative_to(ADDON))
        if name.startswith(UNDOCUMENTED):
            continue
        for parent in ast.walk(ast.parse(path.read_text())):
            for node in ast.iter_child_nodes(parent):
                if isinstance(node, ast.FunctionDef):
                    told_by = parent if node.name == "__init__" else node
                    found.append((name, node, ast.get_docstring(told_by) or ""))
    return found


def _list_parameters(node):
    args = node.args
    named = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return {arg.arg for arg in named if arg} - {"self", "cls"}


def _is_long(node):
    """Whether a function has more lines than a short one, without its docstring."""
    lines, first = node.end_lineno - node.lineno + 1, node.body[0]
    if ast.get_docstring(node):
        lines -= first.end_lineno - first.lineno + 1
    return lines > SHORT


def _is_override(node):
    """Whether a function asks for its own name of what ``super()`` returns."""
    inside = list(ast.walk(node))
    called = {row.id for row in inside if isinstance(row, ast.Name)}
    asked = {row.attr for row in inside if isinstance(row, ast.Attribute)}
    return "super" in called and node.name in asked


def test_the_readmes_map_names_what_is_there():
    missing = [name for name in read_map() if not (paths.REPOSITORY / name).exists()]
    assert missing == []


def test_the_readmes_map_leaves_no_folder_out():
    named = {name.rstrip("/") for name in read_map()}
    folders = {name for name in list_folders("") if not name.startswith(".")}
    inside = {f"bpo_crm/{name}" for name in list_folders("bpo_crm")}
    assert (folders - {"bpo_crm"}) | inside <= named


def test_the_areas_are_the_folders():
    areas = read_areas()
    assert set(areas) == list_folders("bpo_crm/models")
    for kind in KINDS:
        assert list_folders(f"bpo_crm/{kind}") - NO_AREAS <= set(areas), kind


def test_the_readme_and_the_picture_name_the_areas():
    readme = (paths.REPOSITORY / "README.md").read_text()
    (line,) = (row for row in readme.splitlines() if "the same names in each" in row)
    named = line.split("in each:")[1].split(";")[0]
    picture = (ARCHITECTURE.parent / "images" / "areas.svg").read_text()
    assert find_names(named) == read_areas()
    assert sorted(re.findall(r'"bold">(\w+)<', picture)) == sorted(read_areas())


def test_the_areas_are_loaded_in_the_order_of_the_page():
    loaded = re.findall(r"^    (\w+),$", (MODELS / "__init__.py").read_text(), re.M)
    assert loaded == read_areas()


def test_each_field_of_a_lead_is_said_to_be_of_its_area():
    section = ARCHITECTURE.read_text().split("## Whose field is it")[1]
    said = {
        find_names(area)[0]: set(find_names(names))
        for area, names in read_tables(section)[1:]
    }
    assert said == list_lead_fields()


def test_names_of_files_are_unique():
    names = [
        name.rpartition("/")[2]
        for name in list_tracked()
        if name.startswith("bpo_crm/models/") and not name.endswith("__init__.py")
    ]
    assert len(names) == len(set(names))


def test_what_the_page_on_architecture_names_is_there():
    text = ARCHITECTURE.read_text()
    for name in re.findall(r"`((?:bpo_crm|models|controllers)/[\w/.]+)`", text):
        path = name if name.startswith("bpo_crm/") else f"bpo_crm/{name}"
        assert (paths.REPOSITORY / path).exists(), name


def test_what_contributors_are_told_of_is_there():
    text = (paths.REPOSITORY / "CONTRIBUTING.md").read_text()
    table = text.split("## Where is the rule that")[1].split("\n## ")[0]
    for row in read_tables(table)[1:]:
        folder = ""
        for name in find_names(row[1]):
            path = name if "/" in name else f"{folder}/{name}"
            folder = path.rpartition("/")[0]
            assert (paths.REPOSITORY / path).exists(), path


def test_the_modules_beside_the_areas_are_named():
    named = set()
    text = ARCHITECTURE.read_text()
    for first, *_rest in read_tables(text):
        named.update(name.rpartition("/")[2] for name in find_names(first))
    beside = {path.name for path in ADDON.glob("*.py")} - {
        "__init__.py",
        "__manifest__.py",
    }
    assert beside <= named


def test_what_comments_cite_of_the_requirements_is_there():
    cited = set()
    for name in list_tracked():
        if name.endswith(".py"):
            text = (paths.REPOSITORY / name).read_text()
            cited.update(re.findall(r'[Rr]equirements (00\d), "([^"]+)"', text))
    assert cited
    for number, heading in cited:
        (page,) = (paths.REPOSITORY / "docs" / "requirements").glob(f"{number}-*.md")
        assert f"\n## {heading}\n" in page.read_text(), heading


def test_functions_say_what_they_take():
    functions = list_functions()
    # Extended by another class, a method is told of where it is defined.
    told = {node.name for _file, node, text in functions if text} - {"__init__"}
    missing = []
    for name, node, text in functions:
        if not _is_long(node) or _is_override(node) or (not text and node.name in told):
            continue
        said = set(re.findall(r":param (?:[^:]* )?(\w+):", text))
        if _list_parameters(node) - said:
            missing.append(f"{name}:{node.lineno} {node.name}")
    assert missing == []


def test_the_servers_of_the_compose_file_share_postgresqls_connections():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(paths.REPOSITORY / "odoo.conf")
    conf = {name: int(parser["options"][name]) for name in CONNECTIONS}
    processes = conf["workers"] + conf["max_cron_threads"]
    ours = processes * conf["db_maxconn"] + conf["db_maxconn_gevent"]
    compose = (paths.REPOSITORY / "docker-compose.yml").read_text()
    (theirs,) = map(int, re.findall(r"--db_maxconn=(\d+)", compose))
    assert "max_connections" not in compose
    assert f"= {ours}." in (paths.REPOSITORY / "odoo.conf").read_text()
    # One for the check of PostgreSQL's health.
    assert ours + theirs + 1 <= MAX_CONNECTIONS - RESERVED
