"""Reads a trace with Perfetto's own classes and holds it against results.json.

    read_perfetto.py TRACE RESULTS

Only the classes that decode protobuf are used: nothing is downloaded. For every point it finds the step time, the
sums of the ledger's entries, the bytes of every counter and both ends of every arrow.
"""

import json
import sys
from collections import defaultdict

from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent

PICOSECONDS = 10**12


class Names:
    """What numbers of names stand for, from the packet on that says so."""

    def __init__(self):
        self.events, self.categories, self.annotations = {}, {}, {}

    def learn(self, data):
        self.events.update((name.iid, name.name) for name in data.event_names)
        self.categories.update((name.iid, name.name) for name in data.event_categories)
        self.annotations.update((name.iid, name.name) for name in data.debug_annotation_names)

    def facts(self, event):
        value = lambda annotation: getattr(annotation, annotation.WhichOneof("value"))
        return {self.annotations[of.name_iid]: value(of) for of in event.debug_annotations}


def read(path):
    """The tracks by number, the slices and counts of each, the facts, and the ends of arrows."""
    trace = Trace()
    with open(path, "rb") as file:
        trace.ParseFromString(file.read())
    names, tracks = Names(), {}
    slices, open_slices, counts, facts = defaultdict(list), defaultdict(list), defaultdict(list), []
    begins, ends, last = {}, defaultdict(list), 0
    for packet in trace.packet:
        names.learn(packet.interned_data)
        if packet.HasField("track_descriptor"):
            tracks[packet.track_descriptor.uuid] = packet.track_descriptor
            last = 0
            continue
        event, at = packet.track_event, packet.timestamp
        assert at >= last, f"packets are in the order of their times: {at} after {last}"
        # Every point begins anew: its facts are at zero.
        last = at
        if event.type == TrackEvent.TYPE_COUNTER:
            counts[event.track_uuid].append((at, event.double_counter_value))
            continue
        if event.type == TrackEvent.TYPE_SLICE_END:
            begun = open_slices[event.track_uuid].pop()
            slices[event.track_uuid].append((names.events[begun[1].name_iid], begun[0], at, begun[2]))
            continue
        known = names.facts(event)
        for flow in event.flow_ids:
            assert flow not in begins, f"arrow {flow} begins once"
            begins[flow] = (event.track_uuid, at)
        for flow in event.terminating_flow_ids:
            assert flow in begins, f"arrow {flow} begins before it ends"
            ends[flow].append((event.track_uuid, at))
        if event.type == TrackEvent.TYPE_SLICE_BEGIN:
            open_slices[event.track_uuid].append((at, event, known))
        elif names.categories[event.category_iids[0]] == "facts":
            facts.append((names.events[event.name_iid], known))
    assert not any(open_slices.values()), "every slice that begins ends"
    assert set(begins) == set(ends), "every arrow has two ends"
    return tracks, slices, counts, facts, begins


def points_of(facts):
    """The facts of each point: itself, its ranks, its counters."""
    points = []
    for name, known in facts:
        if name == "point":
            points.append((known, [], []))
        else:
            points[-1][1 if name == "rank" else 2].append(known)
    return points


def check_point(point, ranks, counters, result, tracks, slices, counts):
    assert (point["system"], point["chips"]) == (result["system"], result["chips"]), point
    step = point["step_time_ps"]
    assert step / PICOSECONDS == result["step_time_s"], (step, result["step_time_s"])
    processes = {track.process.pid: uuid for uuid, track in tracks.items() if track.HasField("process")}
    totals, stood_for = defaultdict(int), 0
    for rank in ranks:
        process = processes[rank["process"]]
        ledger = [uuid for uuid, of in tracks.items() if of.parent_uuid == process and of.name == "ledger"]
        at = 0
        for name, begin, end, known in slices[ledger[0]]:
            assert known["begin_ps"] == at, f"the ledger has no gap: {known} at {at}"
            at += known["length_ps"]
            assert (begin, end) == (known["begin_ps"] // 1000, at // 1000), "nanoseconds are rounded down"
            totals[name] += known["length_ps"] * rank["multiplicity"]
        assert at == step, f"the ledger of rank {rank['rank']} ends with the step"
        stood_for += rank["multiplicity"]
    assert stood_for == result["chips"], "the ranks of the trace stand for all"
    for entry, seconds in result["breakdown_s"].items():
        found = totals.pop(entry, 0) / stood_for / PICOSECONDS
        assert found == (seconds or 0.0), f"{entry}: {found} in the trace, {seconds} in the results"
    assert not totals, f"all slices belong to an entry: {totals}"
    for counter in counters:
        check_counter(counter, step, counts[counter["track"]], result)


def check_counter(counter, step, samples, result):
    width, capacity = counter["slice_ps"], counter["capacity_bytes_per_second"]
    found = 0.0
    for place, (at, percent) in enumerate(samples[:-1]):
        assert at == place * width // 1000, "a sample for each slice"
        length = min(width, step - place * width)
        found += percent / 100 * capacity * length / PICOSECONDS
    assert samples[-1] == (step // 1000, 0.0), "nothing after the step"
    assert abs(found - counter["bytes"]) <= 1e-6 * counter["bytes"] + 1, (counter, found)
    if counter["name"].startswith("all links"):
        assert counter["bytes"] == result["tier_bytes"][counter["tier"]], counter


def main():
    trace, results = sys.argv[1:]
    with open(results, encoding="utf-8") as file:
        results = [result for result in json.load(file)["results"] if result["fits"]]
    tracks, slices, counts, facts, arrows = read(trace)
    points = points_of(facts)
    assert len(points) == len(results) > 0, (len(points), len(results))
    for (point, ranks, counters), result in zip(points, results):
        check_point(point, ranks, counters, result, tracks, slices, counts)
        print(
            f"{point['system']}, {point['chips']} chips: step of {point['step_time_ps']} ps, {len(ranks)} ranks and "
            f"{len(counters)} counters agree with the results"
        )
    spans = {(track, begin) for track, of in slices.items() for _, begin, _, _ in of}
    assert arrows, "there are arrows"
    assert all(end in spans for end in arrows.values()), "arrows begin at slices"
    print(f"{sum(map(len, slices.values()))} slices, {len(arrows)} arrows")


main()
