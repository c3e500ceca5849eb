package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Damages every byte of every file of a small database. Opening and reading either give the right answers or throw a
 * typed exception that names the file; what is damaged is never taken for absent.
 *
 * <p>{@code -Dflowdb.test.everyBit=true} flips every bit instead of one of each byte.
 */
class EngineCorruptionTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Path MANIFEST = DIRECTORY.resolve("MANIFEST");
    private static final boolean EVERY_BIT = Boolean.getBoolean("flowdb.test.everyBit");

    private static final Config CONFIG = Config.builder()
            .dataDir(DIRECTORY)
            .memtableSize(64 << 10)
            .walSegmentSize(64 << 10)
            .blockSize(512)
            .blockCacheCapacity(16 << 10)
            .maxFrozenMemtables(8)
            .autoBackground(false)
            .build();

    /** Four tables and a log, and what they hold. */
    private static final class Sample {
        final FaultyFileSystem files = new FaultyFileSystem();
        final TreeMap<String, String> content = new TreeMap<>();
        private boolean lateCommits;

        static Sample closed() {
            Sample sample = new Sample();
            Engine engine = EngineOpening.open(CONFIG, sample.files);
            sample.fill(engine);
            engine.close();
            return sample;
        }

        /** As a killed process leaves it: the last commits are in the log only. */
        static Sample killed() {
            Sample sample = new Sample();
            Engine engine = EngineOpening.open(CONFIG, sample.files);
            sample.fill(engine);
            sample.put(engine, "late", 1, "in the log only");
            Sample left = new Sample();
            FaultyFileSystem found = sample.files.afterPowerCut(Loss.ALL, new Random(1));
            found.files().forEach(f -> left.files.createDirectories(f.getParent()));
            found.files().forEach(f -> left.files.replace(f, found.content(f)));
            left.content.putAll(sample.content);
            left.lateCommits = true;
            return left;
        }

        /** The last flush has made all of the log needless. */
        static Sample reopened() {
            Sample sample = closed();
            for (int i = 0; i < 2; i++) {
                Engine engine = EngineOpening.open(CONFIG, sample.files);
                sample.put(engine, "reopened", i, "number " + i);
                engine.close();
            }
            return sample;
        }

        private void fill(Engine engine) {
            for (int table = 0; table < 3; table++) {
                for (int i = 0; i < 12; i++) {
                    put(engine, "key" + i, table % 2, "value " + table + " " + i + " " + "z".repeat(20));
                }
                if (table == 1) {
                    engine.deleteRange("key3", "key5");
                    content.subMap("key3", "key5").clear();
                    engine.delete("key1", 0);
                    content.remove("key1@0");
                }
                engine.flush();
            }
        }

        private void put(Engine engine, String key, int ts, String value) {
            engine.write(FlowRecord.of(key, ts, value));
            content.put(key + "@" + ts, value);
        }

        /** Recovered and flushed: the last edit of the manifest alone tells of the last table, and there is no log. */
        static Sample flushed() {
            Sample sample = killed();
            Engine engine = EngineOpening.open(CONFIG, sample.files);
            engine.flush();
            Sample left = new Sample();
            sample.files.files().forEach(f -> left.files.createDirectories(f.getParent()));
            sample.files.files().forEach(f -> left.files.replace(f, sample.files.content(f)));
            left.content.putAll(sample.content);
            return left;
        }

        List<Path> tables() {
            return files.files().stream()
                    .filter(p -> p.toString().endsWith(".sst"))
                    .toList();
        }
    }

    /**
     * Opens and reads everything by every path; true if all went well, false if a typed exception told of the damage.
     */
    private static boolean answers(FaultyFileSystem files, TreeMap<String, String> content, String what) {
        Engine engine;
        try {
            engine = EngineOpening.open(CONFIG, files);
        } catch (CorruptionException | UnsupportedFormatException | StorageException e) {
            assertThat(e.getMessage()).as(what).contains("/data/db");
            return false;
        }
        boolean whole = true;
        try (engine) {
            for (Query query :
                    List.of(Query.all(), Query.all().reverse(), Query.prefix("key1"), Query.timeRange(1, 1))) {
                whole &= answersQuery(engine, query, content, what);
            }
            for (int i = 0; i < 14; i++) {
                whole &= answersPoint(engine, "key" + i, content, what);
            }
        } catch (CorruptionException | StorageException e) {
            return false;
        }
        return whole;
    }

    private static boolean answersQuery(Engine engine, Query query, TreeMap<String, String> content, String what) {
        List<String> found = new ArrayList<>();
        try {
            engine.query(query).forEach(r -> found.add(r.keyText() + "@" + r.ts() + "=" + r.valueText()));
        } catch (CorruptionException e) {
            return false;
        }
        List<String> expected = new ArrayList<>();
        content.forEach((version, value) -> {
            byte[] key = Keys.utf8(version.substring(0, version.indexOf('@')));
            long ts = Long.parseLong(version.substring(version.indexOf('@') + 1));
            if ((query.startKey() == null || Arrays.compareUnsigned(key, query.startKey()) >= 0)
                    && (query.endKey() == null || Arrays.compareUnsigned(key, query.endKey()) < 0)
                    && ts >= query.minTs()
                    && ts <= query.maxTs()) {
                expected.add(version + "=" + value);
            }
        });
        assertThat(found).as("%s: %s", what, query).containsExactlyInAnyOrderElementsOf(expected);
        return true;
    }

    private static boolean answersPoint(Engine engine, String key, TreeMap<String, String> content, String what) {
        try {
            for (int ts = 0; ts < 2; ts++) {
                assertThat(engine.get(key, ts).map(FlowRecord::valueText).orElse(null))
                        .as("%s: %s at %d", what, key, ts)
                        .isEqualTo(content.get(key + "@" + ts));
            }
            return true;
        } catch (CorruptionException e) {
            return false;
        }
    }

    private static void flipEverywhere(Sample sample, Path file, boolean alwaysDetected) {
        byte[] content = sample.files.content(file);
        for (int at = 0; at < content.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                if (EVERY_BIT || bit == at % 8) {
                    byte[] damaged = content.clone();
                    damaged[at] ^= (byte) (1 << bit);
                    FaultyFileSystem files = sample.files.copy();
                    files.replace(file, damaged);
                    String what = file.getFileName() + " byte " + at + " of " + content.length + " bit " + bit;
                    boolean whole = answers(files, sample.content, what);
                    assertThat(whole && alwaysDetected).as(what + " unnoticed").isFalse();
                }
            }
        }
    }

    @Test
    void flippedByte_anywhereInTable_isNeverWrongAnswer() {
        Sample sample = Sample.closed();
        assertThat(sample.tables()).hasSize(3);
        for (Path table : sample.tables()) {
            flipEverywhere(sample, table, true);
        }
    }

    @Test
    void flippedByte_anywhereInManifestAfterClose_isNeverWrongAnswer() {
        flipEverywhere(Sample.closed(), MANIFEST, false);
        flipEverywhere(Sample.reopened(), MANIFEST, false);
    }

    @Test
    void flippedByte_anywhereInManifestAfterKill_isNeverWrongAnswer() {
        flipEverywhere(Sample.killed(), MANIFEST, false);
        flipEverywhere(Sample.flushed(), MANIFEST, false);
    }

    @Test
    void anyFile_missing_isReportedAndNothingIsDeleted() {
        for (Sample sample : List.of(Sample.closed(), Sample.reopened(), Sample.killed(), Sample.flushed())) {
            for (Path file : sample.files.files()) {
                if (sample.lateCommits && file.toString().endsWith(".wal")) {
                    continue; // nothing else knows what was in the only segment
                }
                FaultyFileSystem files = sample.files.copy();
                files.replace(file, null);
                int before = files.files().size();
                if (!answers(files, sample.content, file + " missing")) {
                    assertThat(files.files()).as("%s missing", file).hasSizeGreaterThanOrEqualTo(before);
                }
            }
        }
    }

    @Test
    void anyTableOrManifest_truncatedAnywhere_isNeverWrongAnswer() {
        Sample sample = Sample.closed();
        for (Path file : sample.files.files()) {
            byte[] content = sample.files.content(file);
            if (file.toString().endsWith(".wal")) {
                continue;
            }
            for (int length = 0; length < content.length; length += 1 + length / 64) {
                FaultyFileSystem files = sample.files.copy();
                files.replace(file, Arrays.copyOf(content, length));
                answers(files, sample.content, file.getFileName() + " cut to " + length);
            }
        }
    }

    @Test
    void tables_swapped_isReported() {
        Sample sample = Sample.closed();
        for (Path one : sample.tables()) {
            for (Path other : sample.tables()) {
                if (!one.equals(other)) {
                    FaultyFileSystem files = sample.files.copy();
                    files.replace(one, sample.files.content(other));
                    assertThatThrownBy(() -> EngineOpening.open(CONFIG, files))
                            .isInstanceOf(CorruptionException.class)
                            .hasMessageContaining(one.toString());
                }
            }
        }
    }

    @Test
    void table_ofAnotherDatabaseWithSameId_isReported() {
        Sample sample = Sample.closed();
        FaultyFileSystem other = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(CONFIG, other)) {
            engine.write(FlowRecord.of("key0", 0, "of another database"));
            engine.flush();
        }
        Path table = sample.tables().get(0);
        FaultyFileSystem files = sample.files.copy();
        files.replace(table, other.content(table));
        assertThatThrownBy(() -> EngineOpening.open(CONFIG, files))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(table.toString());
    }

    @Test
    void block_copiedToAnotherOffset_isReported() {
        Sample sample = Sample.closed();
        Path table = sample.tables().get(0);
        byte[] content = sample.files.content(table);
        for (int from = 0; from + 256 < content.length; from += 64) {
            byte[] damaged = content.clone();
            System.arraycopy(content, from, damaged, (from + 128) % (content.length - 64), 64);
            FaultyFileSystem files = sample.files.copy();
            files.replace(table, damaged);
            answers(files, sample.content, "bytes of " + from + " elsewhere");
        }
    }

    @Test
    void block_readUncheckedFromDamagedFile_doesNotServeCheckedReads() {
        Sample sample = Sample.closed();
        Path table = sample.tables().get(2);
        byte[] content = sample.files.content(table);
        Query unchecked = Query.all().options(new ReadOptions(true, false));
        for (int at = 0; at < content.length; at++) {
            byte[] damaged = content.clone();
            damaged[at] ^= 1;
            FaultyFileSystem files = sample.files.copy();
            files.replace(table, damaged);
            try (Engine engine = EngineOpening.open(CONFIG, files)) {
                try {
                    engine.query(unchecked);
                } catch (FlowDbException e) {
                    assertThat(e).isInstanceOf(CorruptionException.class);
                }
                answersQuery(engine, Query.all(), sample.content, "byte " + at);
            } catch (CorruptionException e) {
                assertThat(e.file()).isEqualTo(table.toString());
            }
        }
    }
}
