package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much disk the engine takes while a set of keys is overwritten without a pause: at most 2.2 times what the live records take when everything is
 * compacted, log included. The values do not compress, as log and tables are then alike.
 *
 * <p>{@code flowdb.test.spaceRecords} is the number of keys, {@code flowdb.test.spaceRounds} how often each is written; {@code flowdb.test.seed} repeats
 * a run.
 */
@Timeout(600)
class EngineSpaceTest {
    private static final int RECORDS = Integer.getInteger("flowdb.test.spaceRecords", 200_000);
    private static final int ROUNDS = Integer.getInteger("flowdb.test.spaceRounds", 3);
    private static final int BATCH = 100;
    private static final double LIMIT = 2.2;

    @TempDir
    Path dir;

    private final AtomicLong peak = new AtomicLong();

    @Test
    void overwrite_steady_staysWithinTheLimitOfTheDisk() throws Exception {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        /* As 8 MiB are to a million records. */
        Config config = Config.builder()
                .dataDir(dir)
                .memtableSize(Math.max(256 << 10, 8L * RECORDS))
                .build();
        AtomicBoolean done = new AtomicBoolean();
        Thread sampler = new Thread(() -> sample(done), "space-sampler");
        try (Engine engine = Engine.open(config)) {
            sampler.start();
            overwrite(engine, new Random(seed));
            done.set(true);
            sampler.join();
            engine.flush();
            engine.compact();
            assertThat(engine.stats().tables().records()).as("seed %d", seed).isEqualTo(RECORDS);
        }
        long live = sizeBytes();
        assertThat((double) peak.get() / live)
                .as("peak %d bytes for %d live ones, seed %d", peak.get(), live, seed)
                .isLessThanOrEqualTo(LIMIT);
    }

    /** The first round in the order of the keys, so that every key is live, the others at random. */
    private static void overwrite(Engine engine, Random random) {
        byte[] value = new byte[100];
        for (int first = 0; first < ROUNDS * RECORDS; first += BATCH) {
            WriteBatch batch = new WriteBatch();
            for (int i = first; i < first + BATCH; i++) {
                int key = i < RECORDS ? i : random.nextInt(RECORDS);
                random.nextBytes(value);
                batch.put(FlowRecord.of(String.format("key%013d", key).getBytes(), 0, value.clone()));
            }
            engine.write(batch);
        }
    }

    private void sample(AtomicBoolean done) {
        while (!done.get()) {
            peak.accumulateAndGet(sizeBytes(), Math::max);
        }
    }

    /** Length of all files; one that goes away meanwhile counts nothing. */
    private long sizeBytes() {
        long total = 0;
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                total += sizeOf(file);
            }
            return total;
        } catch (NoSuchFileException | UncheckedIOException e) {
            return total;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
