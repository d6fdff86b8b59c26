# SPDX-License-Identifier: Apache-2.0
"""Whether a run is whole: how many rows each table has and should have, and what to say where some are missing."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Table:
    kind: str               # of its records, and its name in the lab's plan
    counted: str            # its name in the end record
    field: str              # of log.Run
    title: str              # on the page, inside a sentence
    rows: str               # what a row is, more than one

    def there(self, run):
        return len(getattr(run, self.field))

    def wanted(self, run):
        """How many rows the lab says that there are; None where it has not said."""
        return run.end.get(self.counted) if run.end else run.lab.get("plan", {}).get(self.kind)


# In the order in which the lab fills them.
TABLES = (
    Table("cell", "cells", "cells", "effective memory type", "cells"),
    Table("try", "tries", "tries", "what accesses do", "accesses"),
    Table("share", "share", "shares", "shareability", "shareabilities"),
    Table("alias", "alias", "aliases", "two mappings of one page", "aliases"),
    Table("speed", "speed", "speeds", "latency and bandwidth", "speeds"),
    Table("dma", "dma", "dmas", "DMA against the CPU's caches", "DMAs"),
    Table("speculation", "speculation", "speculations", "speculative reads", "speculations"),
    Table("litmus", "litmus", "litmus", "litmus tests", "litmus tests"),
)


def miscounts(run):
    """The end record counts what was printed; what of that is not so."""
    for table in TABLES:
        there, wanted = table.there(run), table.wanted(run)
        if wanted not in (None, there):
            yield f"the lab says that it printed {wanted} {table.counted}; {there} are in the log"
    there = sum(attempt["result"] == "fault" for attempt in run.tries.values())
    if run.end.get("faults", there) != there:
        yield f"the lab says that it printed {run.end['faults']} faults; {there} are in the log"


def kept(run):
    """"60 of 128 cells, 1,170 accesses, 0 of 966 litmus tests"."""
    for table in TABLES:
        there, wanted = table.there(run), table.wanted(run)
        if there or wanted:
            yield f"{there:,} " + (f"of {wanted:,} " if wanted not in (None, there) else "") + table.rows


def _state(run, table, reached):
    """Which of the sentences below has this table, and with what in brackets."""
    there, wanted = table.there(run), table.wanted(run)
    if wanted is not None:
        return ("lacks", f"{there:,} of {wanted:,}") if there < wanted else (None, "")
    if run.end:
        return None, ""
    if table is reached or {table.kind, reached.kind} == {"cell", "try"}:       # these two grow together
        return "may lack", f"{there:,} came"
    return ("unproven", f"{there:,}") if there else ("empty" if TABLES.index(table) > TABLES.index(reached) else None, "")


SENTENCES = (
    ("lacks", "Tables that lack rows: {}."),
    ("may lack", "Being filled at that time: {}."),
    ("empty", "Tables of which nothing came, if the lab would have got to them: {}."),
    ("unproven", "Tables whose rows nobody has counted, whole if no line was lost: {}."),
)


def lacking(run):
    """Which tables lack rows, in sentences."""
    reached = next((table for table in reversed(TABLES) if table.there(run)), TABLES[0])
    states = [(table.title, *_state(run, table, reached)) for table in TABLES]
    for state, sentence in SENTENCES:
        names = [title + (f" ({detail})" if detail else "") for title, found, detail in states if found == state]
        if names:
            yield sentence.format(", ".join(names))


def notes(run):
    """What a reader must know of the log itself."""
    if run.whys:
        yield f"This run is not whole: {'; '.join(run.whys)}."
        yield " ".join([*(list(lacking(run)) or ["No table lacks a row."]),
                        "What is missing was not measured, or is lost; it counts as nothing: not right, wrong or absent."])
    for what in run.follows:
        yield f"After this run another was to come, and is not here: {what}."
