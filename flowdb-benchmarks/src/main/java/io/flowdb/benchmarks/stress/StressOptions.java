package io.flowdb.benchmarks.stress;

import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.engine.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a stress run does.
 *
 * @param engine under test
 * @param records number of different keys
 * @param valueBytes length of each value
 * @param batch records a commit
 * @param threads that read and write; each writes keys of its own and reads all; no more than {@code records}
 * @param durability of each commit
 * @param readPercent share of reads among the operations; the others are commits
 * @param duration of the mixed phase, unless {@code overwrites} is set
 * @param overwrites the mixed phase ends when it has written so many times {@code records}; 0 to go by time
 * @param verify whether every answer is checked
 * @param memtableBytes of the engine
 * @param cacheBytes of the engine
 */
record StressOptions(
        EngineKind engine,
        int records,
        int valueBytes,
        int batch,
        int threads,
        Durability durability,
        int readPercent,
        Duration duration,
        int overwrites,
        boolean verify,
        long memtableBytes,
        long cacheBytes) {

    StoreOptions storeOptions(Path dir) {
        return new StoreOptions(dir, KvRecords.KEY_BYTES, false, durability, cacheBytes, memtableBytes);
    }
}
