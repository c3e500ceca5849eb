package io.flowdb.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
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

    /**
     * Damage is found, or gives what the format says; it is never an exception, nor a read outside the input. lz4-java
     * differs in two points: it refuses some sequences near the end of the output that only an encoder has to avoid,
     * and takes a distance of 0, which the format forbids.
     */
    @Test
    void decompress_damaged_isRefusedOrGivesWhatTheFormatSays() {
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
            byte[] expected = byTheFormat(stored, wanted);
            assertThat(done).as("seed %d, case %d", seed, i).isEqualTo(expected != null);
            if (expected != null) {
                assertThat(to).as("seed %d, case %d", seed, i).isEqualTo(expected);
            } else {
                refused++;
            }
            byte[] ofTheModel = model(stored, wanted);
            if (expected != null && ofTheModel != null) {
                assertThat(expected).as("seed %d, case %d", seed, i).isEqualTo(ofTheModel);
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

    /**
     * The block format read byte by byte: token, literals, match; the last sequence ends behind its literals. Null if
     * it breaks off.
     */
    private static byte @Nullable [] byTheFormat(byte[] stored, int wanted) {
        ByteBuffer in = ByteBuffer.wrap(stored);
        ByteBuffer out = ByteBuffer.allocate(wanted);
        try {
            while (true) {
                int token = in.get() & 0xff;
                for (long left = length(in, token >>> 4); left > 0; left--) {
                    out.put(in.get());
                }
                if (!in.hasRemaining()) {
                    return out.hasRemaining() ? null : out.array();
                }
                int distance = in.get() & 0xff | (in.get() & 0xff) << 8;
                if (distance == 0 || distance > out.position()) {
                    return null;
                }
                for (long left = 4 + length(in, token & 15); left > 0; left--) {
                    out.put(out.get(out.position() - distance));
                }
            }
        } catch (BufferUnderflowException | BufferOverflowException e) {
            return null;
        }
    }

    private static long length(ByteBuffer in, int first) {
        long length = first;
        for (int more = first == 15 ? 255 : 0; more == 255; length += more) {
            more = in.get() & 0xff;
        }
        return length;
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
