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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much disk the engine takes while a set of keys is overwritten without a pause: at most 2.2 times what the live
 * records take when everything is compacted, log included. Values that do not compress make log and tables alike; of
 * values that compress to half, the log and the memtables of level 0 weigh twice as much beside the live data.
 *
 * <p>{@code flowdb.test.spaceRecords} is the number of keys, {@code flowdb.test.spaceRounds} how often each is written;
 * {@code flowdb.test.seed} repeats a run.
 */
@Tag("disk")
@Timeout(600)
class EngineSpaceTest {
    private static final int RECORDS = Integer.getInteger("flowdb.test.spaceRecords", 200_000);
    private static final int ROUNDS = Integer.getInteger("flowdb.test.spaceRounds", 3);
    private static final int BATCH = 100;
    private static final int VALUE_BYTES = 100;
    private static final double LIMIT = 2.2;

    @TempDir
    Path dir;

    private final AtomicLong peak = new AtomicLong();

    @ParameterizedTest
    @ValueSource(ints = {VALUE_BYTES, VALUE_BYTES / 2})
    void overwrite_steady_staysWithinTheLimitOfTheDisk(int randomBytes) throws Exception {
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
            overwrite(engine, new Random(seed), randomBytes);
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
    private static void overwrite(Engine engine, Random random, int randomBytes) {
        byte[] value = new byte[VALUE_BYTES];
        byte[] part = new byte[randomBytes];
        for (int first = 0; first < ROUNDS * RECORDS; first += BATCH) {
            WriteBatch batch = new WriteBatch();
            for (int i = first; i < first + BATCH; i++) {
                int key = i < RECORDS ? i : random.nextInt(RECORDS);
                random.nextBytes(part);
                System.arraycopy(part, 0, value, 0, randomBytes);
                batch.put(FlowRecord.of(String.format("key%013d", key).getBytes(), 0, value.clone()));
            }
            engine.write(batch, WriteOptions.NO_SYNC);
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
