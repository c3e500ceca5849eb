package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Utf8Check} against the decoder of the JDK, and what an import does with bytes that are not UTF-8. */
class Utf8CheckTest {
    /** Bytes at the borders of what UTF-8 allows. */
    private static final int[] BYTES = {
        'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf3, 0xf4,
        0xf5, 0xff
    };

    private static boolean isDecoded(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void endOfValid_allShortSequencesOfBorderBytes_isThatOfTheDecoder() {
        int valid = 0;
        for (int number = 0; number < Math.pow(BYTES.length, 4); number++) {
            byte[] bytes = new byte[4];
            for (int i = 0, rest = number; i < 4; i++, rest /= BYTES.length) {
                bytes[i] = (byte) BYTES[rest % BYTES.length];
            }
            Utf8Check check = new Utf8Check();
            boolean accepted = check.endOfValid(bytes, 0, 4) == 4 && check.isAtEnd();
            if (accepted != isDecoded(bytes)) { // an assertion for each takes minutes
                assertThat(accepted)
                        .as(List.of(bytes[0], bytes[1], bytes[2], bytes[3]).toString())
                        .isEqualTo(!accepted);
            }
            valid += accepted ? 1 : 0;
        }
        assertThat(valid).isGreaterThan(1000);
    }

    @Test
    void endOfValid_randomTextInParts_isThatOfTheWhole() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int run = 0; run < 2000; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                int codePoint = random.nextInt(1 << (1 + random.nextInt(20)));
                text.appendCodePoint(codePoint >= 0xd800 && codePoint < 0xe000 ? 'x' : codePoint);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            if (random.nextBoolean() && bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int whole = new Utf8Check().endOfValid(bytes, 0, bytes.length);
            Utf8Check inParts = new Utf8Check();
            int position = 0;
            boolean valid = true;
            while (valid && position < bytes.length) {
                int to = Math.min(bytes.length, position + 1 + random.nextInt(3));
                position = inParts.endOfValid(bytes, position, to);
                valid = position == to;
            }
            assertThat(position).as("seed " + seed).isEqualTo(whole);
            assertThat(valid && inParts.isAtEnd()).as("seed " + seed).isEqualTo(isDecoded(bytes));
        }
    }

    private static byte[] withBytes(String text, int... bytes) {
        byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0, at = text.indexOf('?'); i < bytes.length; i++) {
            all[at + i] = (byte) bytes[i];
        }
        return all;
    }

    /**
     * An overlong form of U+0000 was imported as that, and what lies beyond U+10FFFF as two other characters, without a
     * word.
     */
    @Test
    void importJson_bytesThatAreNoUtf8_areBadLinesOrEndTheArray() {
        List<int[]> wrong = List.of(
                new int[] {0xc0, 0x80, '.', '.'},
                new int[] {0xe0, 0x80, 0x80, '.'},
                new int[] {0xed, 0xa0, 0x80, '.'},
                new int[] {0xf5, 0x90, 0x80, 0x80},
                new int[] {0xf0, 0x80, 0x80, 0x80});
        for (int[] bytes : wrong) {
            try (JsonDB db = JsonDB.on(new MemoryStore())) {
                db.createObjectStore("s", "id");
                ImportResult result = db.importJson(
                        "s",
                        new ByteArrayInputStream(
                                withBytes("{'id':1}\n{'id':2,'v':'????'}\n{'id':3}".replace('\'', '"'), bytes)),
                        ImportOptions.DEFAULT.skippingBad());
                assertThat(result.imported()).isEqualTo(2);
                assertThat(result.problems())
                        .extracting(ImportResult.Problem::line)
                        .containsExactly(2L);

                byte[] array =
                        withBytes("[{'id':4},\n{'id':5},\n{'id':6,'v':'????'},{'id':7}]".replace('\'', '"'), bytes);
                assertThatThrownBy(() -> db.importJson("s", new ByteArrayInputStream(array), ImportOptions.DEFAULT))
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining("line 3")
                        .hasMessageContaining("2 imported");
                assertThat(new ArrayList<>(db.getAllKeys("s", KeyRange.all(), 10)))
                        .containsExactly(1L, 3L, 4L, 5L);
            }
        }
    }
}
