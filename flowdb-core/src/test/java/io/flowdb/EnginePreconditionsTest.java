package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Conditional commits: refused exactly if any version of a key, or something in a range, that they name was put,
 * deleted or range deleted since their snapshot, wherever the engine keeps that change by now. Found on the way: a range
 * whose start is not below its end, which holds nothing, was taken to overlap range deletes around it. Writes of
 * versions other than ts 0 were no conflict.
 */
class EnginePreconditionsTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int STEPS = 6_000;

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final Random random = new Random(SEED);

    /** Sequence number of the last change of each key that was put or deleted. */
    private final TreeMap<String, Long> changed = new TreeMap<>();

    private int keys = 30;
    private int versions = 1;
    private final List<RangeDelete> rangeDeletes = new ArrayList<>();
    private final List<Snapshot> snapshots = new ArrayList<>();
    private Engine engine = open();

    /** One range delete. */
    private record RangeDelete(String start, String end, long seqno) {}

    /** One precondition; {@code end} null for a single key, which may allow later writes than the snapshot. */
    private record Named(String start, String end, long since) {}

    private Engine open() {
        return EngineOpening.open(
                Config.builder()
                        .dataDir(Path.of("/data/db").toAbsolutePath())
                        .memtableSize(64 << 10)
                        .walSegmentSize(64 << 10)
                        .maxFrozenMemtables(64)
                        .blockSize(512)
                        .autoBackground(false)
                        .build(),
                files);
    }

    private static byte[] bytes(String key) {
        return Keys.utf8(key);
    }

    private String key() {
        return String.format("k%02d", random.nextInt(keys));
    }

    /** With few keys a range is walked, with many those that have changed are looked at. */
    @ParameterizedTest
    @CsvSource({"30, 1", "900, 1", "30, 4", "900, 3"})
    void commit_randomPreconditions_conflictExactlyIfSomethingNamedHasChanged(int count, int versionsOfAKey) {
        keys = count;
        versions = versionsOfAKey;
        List<ModelOperation> all = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            all.add(new ModelOperation("put", String.format("k%02d", i), ""));
        }
        commit(all, Preconditions.NONE);
        int conflicts = 0;
        int commits = 0;
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 35) {
                if (conditional(step)) {
                    commits++;
                } else {
                    conflicts++;
                }
            } else if (dice < 70) {
                commit(batch(), Preconditions.NONE);
            } else if (dice < 80 && snapshots.size() < 5) {
                snapshots.add(engine.snapshot());
            } else if (dice < 88 && !snapshots.isEmpty()) {
                snapshots.remove(random.nextInt(snapshots.size())).close();
            } else if (dice < 95) {
                engine.flush();
            } else if (dice < 98) {
                engine.flush();
                engine.compact();
            } else if (dice == 98) {
                snapshots.forEach(Snapshot::close);
                snapshots.clear();
                engine.close();
                engine = open();
            }
        }
        engine.close();
        assertThat(commits).isGreaterThan(100);
        assertThat(conflicts).isGreaterThan(100);
    }

    /** A batch of which {@link #note} can say what it changes. */
    private List<ModelOperation> batch() {
        List<ModelOperation> operations = new ArrayList<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            int dice = random.nextInt(10);
            operations.add(new ModelOperation(dice < 6 ? "put" : dice < 9 ? "delete" : "range", key(), key()));
        }
        return operations;
    }

    /** Kind, key, and end key of a range delete. */
    private record ModelOperation(String kind, String key, String end) {}

    private CommitOutcome commit(List<ModelOperation> operations, Preconditions preconditions) {
        WriteBatch batch = new WriteBatch();
        for (ModelOperation o : operations) {
            if (o.kind().equals("put")) {
                batch.put(new FlowRecord(
                        bytes(o.key()), random.nextInt(versions), FlowRecord.NEVER, new byte[random.nextInt(200)]));
            } else if (o.kind().equals("delete")) {
                batch.delete(bytes(o.key()), random.nextInt(versions));
            } else {
                batch.deleteRange(bytes(o.key()), bytes(o.end()));
            }
        }
        long before = engine.lastSeqno();
        CommitOutcome outcome = engine.commit(batch, preconditions, WriteOptions.NO_SYNC);
        if (outcome instanceof CommitOutcome.Committed committed) {
            assertThat(committed.seqno()).isEqualTo(before + batch.size());
            note(operations, before);
        } else {
            assertThat(engine.lastSeqno()).isEqualTo(before);
        }
        return outcome;
    }

    private void note(List<ModelOperation> operations, long before) {
        long seqno = before;
        for (ModelOperation o : operations) {
            if (!o.kind().equals("range")) {
                changed.put(o.key(), ++seqno);
            } else if (o.key().compareTo(o.end()) < 0) {
                rangeDeletes.add(new RangeDelete(o.key(), o.end(), ++seqno));
            }
        }
    }

    /** A commit with preconditions of an open snapshot; whether it was carried out, which must be as the model says. */
    private boolean conditional(int step) {
        if (snapshots.isEmpty()) {
            snapshots.add(engine.snapshot());
        }
        Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));
        Preconditions preconditions = Preconditions.since(snapshot);
        List<Named> named = new ArrayList<>();
        List<Named> ranges = new ArrayList<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            if (random.nextBoolean()) {
                boolean known = random.nextInt(3) == 0;
                long since = known ? engine.lastSeqno() - random.nextInt(40) : snapshot.seqno();
                Named key = new Named(key(), null, Math.max(since, snapshot.seqno()));
                if (known) {
                    preconditions.key(bytes(key.start()), since);
                } else {
                    preconditions.key(bytes(key.start()));
                }
                named.add(key);
            } else {
                Named range = new Named(key(), random.nextInt(5) == 0 ? "\uffff" : key(), snapshot.seqno());
                preconditions.range(bytes(range.start()), range.end().equals("\uffff") ? null : bytes(range.end()));
                ranges.add(range);
            }
        }
        named.addAll(ranges);
        long since = snapshot.seqno();
        boolean expected = named.stream().noneMatch(this::isChanged);
        CommitOutcome outcome = commit(random.nextInt(10) == 0 ? List.of() : batch(), preconditions);
        assertThat(outcome instanceof CommitOutcome.Committed)
                .as(
                        "seed %d, step %d, since %d: %s, but changes are %s and %s",
                        SEED, step, since, named, changed, rangeDeletes)
                .isEqualTo(expected);
        if (outcome instanceof CommitOutcome.Conflict conflict) {
            assertThat(isChanged(named.get(conflict.precondition()))).isTrue();
        }
        return expected;
    }

    private boolean isChanged(Named named) {
        long since = named.since();
        if (named.end() == null) {
            return changed.getOrDefault(named.start(), 0L) > since
                    || rangeDeletes.stream()
                            .anyMatch(r -> r.seqno() > since
                                    && r.start().compareTo(named.start()) <= 0
                                    && named.start().compareTo(r.end()) < 0);
        }
        if (named.start().compareTo(named.end()) >= 0) {
            return false;
        }
        return changed.subMap(named.start(), named.end()).values().stream().anyMatch(s -> s > since)
                || rangeDeletes.stream()
                        .anyMatch(r -> r.seqno() > since
                                && r.start().compareTo(named.end()) < 0
                                && named.start().compareTo(r.end()) < 0);
    }

    /** The sequence number rises over the whole life of a directory, also if nothing that was written is left of it. */
    @Test
    void lastSeqno_afterEverythingWasDeletedAndCompacted_goesOn() {
        for (int round = 0; round < 4; round++) {
            long before = engine.lastSeqno();
            commit(List.of(new ModelOperation("put", "a", "")), Preconditions.NONE);
            commit(List.of(new ModelOperation("range", "", "z")), Preconditions.NONE);
            assertThat(engine.lastSeqno()).isEqualTo(before + 2);
            if (round % 2 == 0) {
                engine.flush();
                engine.compact();
                assertThat(engine.stats().tables().records()).isZero();
            }
            engine.close();
            engine = open();
            assertThat(engine.lastSeqno()).isEqualTo(before + 2);
        }
        engine.close();
    }

    @Test
    void preconditionsNone_takesNoEntries() {
        engine.close();
        assertThatThrownBy(() -> Preconditions.NONE.key(bytes("k"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Preconditions.NONE.range(bytes("k"), null)).isInstanceOf(IllegalStateException.class);
    }

    /** Whoever added to the list that {@code NONE} gave out had every unconditional commit of the process checked. */
    @Test
    void entries_canOnlyBeAddedThroughThePreconditions() {
        Preconditions begun;
        try (Snapshot snapshot = engine.snapshot()) {
            begun = Preconditions.since(snapshot);
        }
        engine.close();
        for (Preconditions some : List.of(Preconditions.NONE, begun)) {
            assertThatThrownBy(() -> some.keys().add(bytes("a"))).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> some.ranges().add(new Preconditions.Range(bytes("a"), null)))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThat(some.isEmpty()).isTrue();
        }
    }
}
