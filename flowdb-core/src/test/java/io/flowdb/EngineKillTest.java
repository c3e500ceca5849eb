package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * T-21 and T-27: kills a writing process at random, again and again on one directory, and opens what it leaves. Every
 * acknowledged commit is there, no batch is there in part, and what is there is a prefix: with a commit also all that
 * had been acknowledged before it was begun.
 *
 * <p>{@code -Dflowdb.test.killRounds=N} sets the number of kills, {@code -Dflowdb.test.seed=N} the moments, which no
 * seed makes the same again.
 */
class EngineKillTest {
    private static final int ROUNDS = Integer.getInteger("flowdb.test.killRounds", 50);
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int KEPT_ROUNDS = 5;

    private final Random random = new Random(SEED);

    /** For each round that has not been deleted the number of batches of each thread. */
    private final TreeMap<Integer, int[]> found = new TreeMap<>();

    @TempDir
    Path dir;

    @Test
    void kill_atRandomWhileWriting_losesNothingAcknowledged() throws Exception {
        long committed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            boolean always = round % 2 == 0;
            int[] acknowledged = runAndKill(round, always);
            try (Engine engine = Engine.open(KillWriter.config(dir, always))) {
                int[] there = batchesOf(engine, round);
                String what = "seed " + SEED + ", round " + round + (always ? ", always" : ", interval");
                for (int thread = 0; thread < KillWriter.THREADS; thread++) {
                    assertThat(there[thread])
                            .as("%s: commits of thread %d", what, thread)
                            .isBetween(acknowledged[thread], acknowledged[thread] + 1);
                    committed += there[thread];
                }
                found.put(round, there);
                checkEarlierRounds(engine, what);
                if (found.size() > KEPT_ROUNDS) {
                    int oldest = found.firstKey();
                    engine.deleteRange(KillWriter.keyPrefix(oldest), KillWriter.keyPrefix(oldest + 1));
                    found.remove(oldest);
                }
                assertThat(engine.verify().problems()).as(what).isEmpty();
            }
        }
        assertThat(committed).isGreaterThan(ROUNDS);
    }

    /** Returns the number of batches that each thread has reported. One round in eight is killed while it opens. */
    private int[] runAndKill(int round, boolean always) throws IOException, InterruptedException {
        int[] acknowledged = new int[KillWriter.THREADS];
        try (ChildJvm writer =
                ChildJvm.start(KillWriter.class, dir.toString(), String.valueOf(round), String.valueOf(always))) {
            if (random.nextInt(8) > 0) {
                assertThat(writer.readLine()).isEqualTo("open");
            }
            long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextInt(300_000));
            Thread killer = new Thread(() -> {
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
                writer.destroy();
            });
            killer.start();
            for (String line = writer.readLine(); line != null; line = writer.readLine()) {
                if (!line.equals("open")) {
                    int thread = line.charAt(0) - '0';
                    assertThat(Integer.parseInt(line.substring(2))).isEqualTo(acknowledged[thread]);
                    acknowledged[thread]++;
                }
            }
            killer.join();
        }
        return acknowledged;
    }

    /** The number of batches of each thread; fails if they are not whole and a prefix. */
    private int[] batchesOf(Engine engine, int round) {
        int[] there = new int[KillWriter.THREADS];
        int[] needed = new int[KillWriter.THREADS];
        try (RecordScan scan = engine.scan(Query.prefix(KillWriter.keyPrefix(round)))) {
            while (scan.hasNext()) {
                FlowRecord first = scan.next();
                String[] value = first.valueText().split(",");
                int thread = first.keyText().charAt(KillWriter.keyPrefix(round).length()) - '0';
                int batch = Integer.parseInt(value[0]);
                assertThat(batch).as("%s, seed %d: a gap", first, SEED).isEqualTo(there[thread]);
                assertThat(first.keyText()).isEqualTo(KillWriter.key(round, thread, batch, 0));
                for (int i = 1; i < KillWriter.RECORDS; i++) {
                    assertThat(scan.hasNext()).as("%s: part of a batch", first).isTrue();
                    FlowRecord next = scan.next();
                    assertThat(next.keyText()).isEqualTo(KillWriter.key(round, thread, batch, i));
                    assertThat(next.valueText()).isEqualTo(first.valueText());
                }
                there[thread]++;
                for (int i = 0; i < KillWriter.THREADS; i++) {
                    needed[i] = Math.max(needed[i], Integer.parseInt(value[1 + i]));
                }
            }
        }
        for (int i = 0; i < KillWriter.THREADS; i++) {
            assertThat(there[i]).as("seed %d: not a prefix", SEED).isGreaterThanOrEqualTo(needed[i]);
        }
        return there;
    }

    private void checkEarlierRounds(Engine engine, String what) {
        int records = 0;
        for (var entry : found.entrySet()) {
            assertThat(batchesOf(engine, entry.getKey()))
                    .as("%s: round %d", what, entry.getKey())
                    .isEqualTo(entry.getValue());
            records += KillWriter.RECORDS * Arrays.stream(entry.getValue()).sum();
        }
        assertThat(engine.query(Query.all()))
                .as("%s: nothing deleted is back", what)
                .hasSize(records);
    }
}
