package io.flowdb.internal.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.junit.jupiter.api.Test;

/** What is compressed here is read by an independent reader of the format, which refuses whatever breaks its rules. */
final class Lz4CompressorTest {
    private static final LZ4SafeDecompressor READER = LZ4Factory.safeInstance().safeDecompressor();

    private final Lz4Compressor compressor = new Lz4Compressor();

    @Test
    void compress_everyShortLength_isReadBack() {
        for (int length = 0; length <= 300; length++) {
            assertReadBack(new byte[length], "zeros");
            assertReadBack(random(length, length, 256), "random");
            assertReadBack(random(length, length, 2), "two letters");
        }
    }

    @Test
    void compress_runsAroundTheLimitsOfLengthBytes_areReadBack() {
        for (int literals : new int[] {0, 14, 15, 16, 269, 270, 271, 524, 525, 526}) {
            for (int matched : new int[] {4, 18, 19, 20, 273, 274, 275, 528, 529, 530}) {
                byte[] data = random(literals + 2 * matched + 20, 31L * literals + matched, 256);
                System.arraycopy(data, literals, data, literals + matched, matched);
                assertReadBack(data, literals + " literals, " + matched + " matched");
            }
        }
    }

    @Test
    void compress_matchesNearAndBeyondTheLargestDistance_areReadBack() {
        for (int distance : new int[] {65_534, 65_535, 65_536, 65_537, 131_072}) {
            byte[] data = random(distance + 200, distance, 256);
            System.arraycopy(data, 0, data, distance, 100);
            assertReadBack(data, "distance " + distance);
        }
    }

    @Test
    void compress_randomMixtures_areReadBack() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] data = new byte[random.nextInt(40_000)];
            for (int at = 0; at < data.length; ) {
                int run = Math.min(data.length - at, 1 + random.nextInt(1 << random.nextInt(12)));
                if (at == 0 || random.nextBoolean()) {
                    byte[] fresh = random(run, random.nextLong(), 1 + random.nextInt(256));
                    System.arraycopy(fresh, 0, data, at, run);
                } else {
                    int from = random.nextInt(at);
                    for (int i = 0; i < run; i++) {
                        data[at + i] = data[from + i];
                    }
                }
                at += run;
            }
            assertReadBack(data, "flowdb.test.seed=" + seed + ", round " + round);
        }
    }

    @Test
    void compress_halfCompressibleRecords_shrinkToLittleMoreThanHalf() {
        byte[] data = new byte[8 << 10];
        for (int at = 0; at < data.length; at += 128) {
            byte[] half = random(64, at, 256);
            System.arraycopy(half, 0, data, at, 64);
            System.arraycopy(half, 0, data, at + 64, 64);
        }
        assertThat(compress(data)).hasSizeLessThan(data.length * 56 / 100);
    }

    private void assertReadBack(byte[] data, String what) {
        byte[] compressed = compress(data);
        assertThat(READER.decompress(compressed, data.length)).as(what).isEqualTo(data);
    }

    private byte[] compress(byte[] data) {
        byte[] to = new byte[Lz4Compressor.maxCompressedBytes(data.length)];
        return Arrays.copyOf(to, compressor.compress(data, data.length, to));
    }

    private static byte[] random(int length, long seed, int letters) {
        Random random = new Random(seed);
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) random.nextInt(letters);
        }
        return data;
    }
}
