package io.flowdb.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 15, 16, 17, 100, 128, 4095})
    void of_sameKeyAndVersion_givesSameBytesInEveryInstance(int length) {
        byte[] once = new Values(length).of(77, 3).clone();

        assertThat(once).hasSize(length);
        assertThat(new Values(length).of(77, 3)).isEqualTo(once);
        assertThat(Values.version(once)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 100})
    void matches_anyByteChanged_isFalse(int length) {
        Values values = new Values(length);
        byte[] value = values.of(5, 9).clone();
        assertThat(values.matches(value, 5, 9)).isTrue();

        for (int i = 0; i < length; i++) {
            byte[] damaged = value.clone();
            damaged[i] ^= 1;
            assertThat(values.matches(damaged, 5, 9)).as("byte %d", i).isFalse();
        }
    }

    @Test
    void matches_otherKeyVersionOrLength_isFalse() {
        Values values = new Values(100);
        byte[] value = values.of(5, 9).clone();

        assertThat(values.matches(value, 6, 9)).isFalse();
        assertThat(values.matches(value, 5, 10)).isFalse();
        assertThat(new Values(99).matches(value, 5, 9)).isFalse();
    }

    @Test
    void of_neighbouringKeysAndVersions_giveDifferentValues() {
        Values values = new Values(16);
        Set<String> seen = new HashSet<>();
        for (int key = 0; key < 1_000; key++) {
            for (int version = 1; version <= 10; version++) {
                seen.add(java.util.HexFormat.of().formatHex(values.of(key, version)));
            }
        }

        assertThat(seen).hasSize(10_000);
    }

    @Test
    void of_manyValues_compressToAboutHalf() {
        Values values = new Values(100);
        byte[] all = new byte[100 * 10_000];
        for (int i = 0; i < 10_000; i++) {
            System.arraycopy(values.of(i, 1), 0, all, i * 100, 100);
        }
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        deflater.setInput(all);
        deflater.finish();
        int compressed = deflater.deflate(new byte[all.length]);
        deflater.end();

        assertThat((double) compressed / all.length).isBetween(0.48, 0.62);
    }

    @Test
    void constructor_lengthTooSmall_isRefusedWithTheLength() {
        assertThatThrownBy(() -> new Values(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7");
    }
}
