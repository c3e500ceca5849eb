package io.flowdb.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes by words must say the same as what goes by bytes; {@code -Dflowdb.test.seed=N} repeats a run. */
class KeysTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());

    /** Each half of a pair was written as a question mark: three keys of one text each were one record. */
    @Test
    void utf8_halfOfASurrogatePair_isRefused() {
        for (String half : List.of("\ud800", "a\udc00", "\udc00\ud800", "\ud83d", "\ud83d\ud83d\ude00")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Keys.utf8(half))
                    .withMessageContaining("allowed: text without half surrogate pairs");
        }
        assertThat(Keys.utf8("?\ud83d\ude00\u00e9"))
                .isEqualTo(
                        new byte[] {'?', (byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80, (byte) 0xc3, (byte) 0xa9});
    }

    @Test
    void compareEqualStartsWithAndCopy_ofRandomRanges_agreeWithBytes() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            byte[] a = bytes(random);
            byte[] b = random.nextBoolean() ? bytes(random) : changed(a, random);
            int aFrom = random.nextInt(a.length + 1);
            int bFrom = Math.min(aFrom, b.length);
            int aLength = random.nextInt(a.length - aFrom + 1);
            int bLength = random.nextInt(3) > 0 ? Math.min(aLength, b.length - bFrom) : b.length - bFrom;

            byte[] x = Arrays.copyOfRange(a, aFrom, aFrom + aLength);
            byte[] y = Arrays.copyOfRange(b, bFrom, bFrom + bLength);
            int order = Keys.compare(a, aFrom, aLength, b, bFrom, bLength);
            assertThat(Integer.signum(order))
                    .as("seed %d, step %d", SEED, i)
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(x, y)));
            if (aLength == bLength) {
                assertThat(Keys.equal(a, aFrom, b, bFrom, aLength)).isEqualTo(Arrays.equals(x, y));
            }
            assertThat(Keys.startsWith(x, y))
                    .as("seed %d, step %d", SEED, i)
                    .isEqualTo(Arrays.equals(Arrays.copyOf(x, Math.min(x.length, y.length)), y));
            byte[] both = Keys.concat(x, y);
            assertThat(Arrays.copyOf(both, x.length)).isEqualTo(x);
            assertThat(Arrays.copyOfRange(both, x.length, both.length)).isEqualTo(y);
            byte[] to = new byte[aLength + 7];
            byte[] expected = new byte[aLength + 7];
            Keys.copy(a, aFrom, to, 3, aLength);
            System.arraycopy(a, aFrom, expected, 3, aLength);
            assertThat(to).as("seed %d, step %d", SEED, i).isEqualTo(expected);
        }
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(60)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(3) - 1);
        }
        return bytes;
    }

    private static byte[] changed(byte[] bytes, Random random) {
        byte[] changed = bytes.clone();
        if (changed.length > 0 && random.nextInt(4) > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }
}
