"""Holds the engine's table of notices (argv[1] prints it) against the codes that its sources use and against the page's
tables, and tells of each code that one has and another lacks."""
import json
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path("adapters/web/src/i18n")
# What the page says of an engine that it cannot ask.
OF_THE_PAGE = {"unreachable"}
# These may stand before the words of any notice, or behind them.
PLACES = {"server", "field", "line", "causes"}


def used_codes():
    """Every text in the sources that stands where a notice's code stands, and those chosen between."""
    codes = {"text"}
    for room in ("messages", "persistence", "actors", "adapters"):
        for source in pathlib.Path(room).rglob("*.[ch]pp"):
            if source.name == "notice_words.cpp":
                continue
            text = source.read_text()
            for found in re.finditer(r'"([a-z][a-z0-9_]+)"', text):
                codes.add(found.group(1))
    return codes


def page_table(language):
    lines = (PAGE / f"notices_{language}.ts").read_text().splitlines()
    found = (re.fullmatch(r'  (\w+): (".*"),', line) for line in lines)
    return {one.group(1): json.loads(one.group(2)) for one in found if one}


def parameters(words):
    bare = re.sub(r"\\.", "", words)
    return {re.split(r"[:|]", slot)[0] for slot in re.findall(r"\{([^}]*)\}", bare)}


def explicit_codes():
    """The codes that are surely codes: notice{"…"}."""
    for room in ("messages", "persistence", "actors", "adapters"):
        for source in pathlib.Path(room).rglob("*.[ch]pp"):
            for code in re.findall(r'\bnotice\{\s*"([a-z0-9_]+)"', source.read_text()):
                yield code, source


def main():
    engine = json.loads(subprocess.check_output([sys.argv[1]]))
    faults = [f"{source} makes a notice {code}, which messages/notice_words.cpp has no words for"
              for code, source in explicit_codes() if code not in engine]
    used = used_codes()
    faults += [f"messages/notice_words.cpp has {code}, which nobody makes" for code in engine if code not in used]
    for language in ("en", "ru"):
        page = page_table(language)
        faults += [f"notices_{language}.ts lacks {code}: {words}" for code, words in engine.items() if code not in page]
        faults += [f"notices_{language}.ts has {code}, which the engine has not"
                   for code in page if code not in engine and code not in OF_THE_PAGE]
        for code in engine.keys() & page.keys():
            strange = parameters(page[code]) - parameters(engine[code]) - PLACES
            faults += [f"notices_{language}.ts, {code}: the engine's words have no {name}" for name in strange]
    print("\n".join(faults) or f"{len(engine)} notices have words in every language")
    sys.exit(bool(faults))


main()
