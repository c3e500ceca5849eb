package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private final Passwords passwords = new Passwords();

    @Test
    void hash_samePasswordTwice_differsAndNamesItsAlgorithm() {
        String one = passwords.hash("correct horse");
        String other = passwords.hash("correct horse");

        assertThat(one).startsWith("{bcrypt}").isNotEqualTo(other);
        assertThat(passwords.matches("correct horse", one)).isTrue();
        assertThat(passwords.matches("correct horse", other)).isTrue();
        assertThat(passwords.matches("correct house", one)).isFalse();
    }

    @Test
    void matches_noHash_isFalseAfterTheSameWork() {
        String hash = passwords.hash("correct horse");
        passwords.matches("warm up", hash);

        long wrong = Long.MAX_VALUE;
        long nobody = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            wrong = Math.min(wrong, nanos(() -> passwords.matches("wrong", hash)));
            nobody = Math.min(nobody, nanos(() -> passwords.matches("wrong", null)));
        }

        assertThat(passwords.matches("wrong", null)).isFalse();
        // Hashing takes tens of milliseconds, all else microseconds.
        assertThat(nobody).isGreaterThan(wrong / 3);
    }

    private static long nanos(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    /** The hash has no end for U+0000 and begins anew behind it, and UTF-8 has no half of a pair. */
    @Test
    void matches_textThatIsHashedAsAnother_isFalse() {
        String hash = passwords.hash("abcdefgh");

        assertThat(passwords.matches("abcdefgh\0abcdefgh", hash)).isFalse();
        assertThat(passwords.matches("\ud800", passwords.hash("?"))).isFalse();
        assertThat(passwords.matches("abcdefgh", hash)).isTrue();
    }

    /** Keyboards differ in it, and the one who types does not see it. */
    @Test
    void matches_accentTypedInAnotherWay_isTrue() {
        assertThat(passwords.matches("cafe\u0301 au lait", passwords.hash("caf\u00e9 au lait")))
                .isTrue();
        assertThat(passwords.matches("caf\u00e9 au lait", passwords.hash("cafe\u0301 au lait")))
                .isTrue();
        String longest = "\u1f82".repeat(Passwords.MAX_BYTES / 3);
        assertThat(passwords.matches(
                        "\u03b1\u0313\u0300\u0345".repeat(Passwords.MAX_BYTES / 3), passwords.hash(longest)))
                .isTrue();
    }

    /** Marks in the wrong order are sorted one by one. */
    @Test
    void matches_hugeHeapOfMarks_isRefusedAtOnce() {
        String marks = "a" + "\u0301".repeat(500_000) + "\u0316".repeat(500_000);
        String hash = passwords.hash("correct horse");

        assertThat(assertTimeout(Duration.ofSeconds(10), () -> passwords.matches(marks, hash)))
                .isFalse();
    }

    @Test
    void matches_moreThanBcryptReads_isFalse() {
        String hash = passwords.hash("x".repeat(Passwords.MAX_BYTES));

        assertThat(passwords.matches("x".repeat(Passwords.MAX_BYTES), hash)).isTrue();
        assertThat(passwords.matches("x".repeat(Passwords.MAX_BYTES) + "y", hash))
                .isFalse();
    }
}
