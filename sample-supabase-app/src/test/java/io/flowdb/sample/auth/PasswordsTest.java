package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;

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

        long wrong = nanos(() -> passwords.matches("wrong", hash));
        long nobody = nanos(() -> passwords.matches("wrong", null));

        assertThat(passwords.matches("wrong", null)).isFalse();
        // Hashing takes tens of milliseconds, all else microseconds.
        assertThat(nobody).isGreaterThan(wrong / 3);
    }

    /** The median of five. */
    private static long nanos(Runnable work) {
        long[] nanos = new long[5];
        for (int round = 0; round < nanos.length; round++) {
            long start = System.nanoTime();
            work.run();
            nanos[round] = System.nanoTime() - start;
        }
        java.util.Arrays.sort(nanos);
        return nanos[2];
    }

    /** The hash has no end for U+0000 and begins anew behind it, and UTF-8 has no half of a pair. */
    @Test
    void matches_textThatIsHashedAsAnother_isFalse() {
        String hash = passwords.hash("abcdefgh");

        assertThat(passwords.matches("abcdefgh\0abcdefgh", hash)).isFalse();
        assertThat(passwords.matches("\ud800", passwords.hash("?"))).isFalse();
        assertThat(passwords.matches("abcdefgh", hash)).isTrue();
    }

    @Test
    void matches_moreThanBcryptReads_isFalse() {
        String hash = passwords.hash("x".repeat(Passwords.MAX_BYTES));

        assertThat(passwords.matches("x".repeat(Passwords.MAX_BYTES), hash)).isTrue();
        assertThat(passwords.matches("x".repeat(Passwords.MAX_BYTES) + "y", hash))
                .isFalse();
    }
}
