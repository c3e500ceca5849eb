package io.flowdb.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The decompressor against lz4-java's, which is the model. {@code -Dflowdb.test.seed=N} repeats a run. */
class Lz4DecompressorTest {
    private static final LZ4SafeDecompressor MODEL = LZ4Factory.safeInstance().safeDecompressor();

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void decompress_whatTheModelCompressed_givesItBack() {
        for (int i = 0; i < 3_000; i++) {
            byte[] raw = raw();
            byte[] stored = LZ4Factory.safeInstance().fastCompressor().compress(raw);
            int offset = random.nextInt(5);
            byte[] placed = new byte[offset + stored.length + random.nextInt(20)];
            random.nextBytes(placed);
            System.arraycopy(stored, 0, placed, offset, stored.length);
            byte[] to = new byte[raw.length];
            assertThat(Lz4Decompressor.decompress(placed, offset, stored.length, to))
                    .as("seed %d, case %d", seed, i)
                    .isTrue();
            assertThat(to).as("seed %d, case %d", seed, i).isEqualTo(raw);
        }
    }

    /** Damage is found, or gives what the model gives; it is never an exception, nor a read outside the input. */
    @Test
    void decompress_damaged_isRefusedOrGivesWhatTheModelGives() {
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] raw = raw();
            byte[] stored = LZ4Factory.safeInstance().fastCompressor().compress(raw);
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                stored[random.nextInt(stored.length)] = (byte) random.nextInt();
            }
            stored = Arrays.copyOf(stored, Math.max(1, stored.length - random.nextInt(3)));
            int wanted = Math.max(0, raw.length + random.nextInt(3) - 1);
            byte[] to = new byte[wanted];
            boolean done = Lz4Decompressor.decompress(stored, 0, stored.length, to);
            byte[] expected = model(stored, wanted);
            assertThat(done).as("seed %d, case %d", seed, i).isEqualTo(expected != null);
            if (expected != null) {
                assertThat(to).as("seed %d, case %d", seed, i).isEqualTo(expected);
            } else {
                refused++;
            }
        }
        assertThat(refused).as("cases with damage that shows").isGreaterThan(1_000);
    }

    @Test
    void decompress_endlessLength_isRefused() {
        byte[] stored = new byte[9_000_000];
        Arrays.fill(stored, (byte) 0xff);
        assertThat(Lz4Decompressor.decompress(stored, 0, stored.length, new byte[100]))
                .isFalse();
        assertThat(Lz4Decompressor.decompress(stored, 0, 0, new byte[0])).isFalse();
    }

    private static byte @Nullable [] model(byte[] stored, int wanted) {
        byte[] to = new byte[wanted];
        try {
            return MODEL.decompress(stored, 0, stored.length, to, 0) == wanted ? to : null;
        } catch (LZ4Exception e) {
            return null;
        }
    }

    /** Bytes with runs and repetitions, near and far. */
    private byte[] raw() {
        byte[] raw = new byte[random.nextInt(1 << 1 + random.nextInt(13))];
        for (int at = 0; at < raw.length; ) {
            int length = Math.min(raw.length - at, 1 + random.nextInt(1 << random.nextInt(9)));
            int distance = at == 0 ? 0 : 1 + random.nextInt(Math.min(at, 1 << random.nextInt(14)));
            boolean fresh = distance == 0 || random.nextInt(3) == 0;
            for (int i = 0; i < length; i++, at++) {
                raw[at] = fresh ? (byte) random.nextInt() : raw[at - distance];
            }
        }
        return raw;
    }
}
