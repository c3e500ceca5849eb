package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Parts of texts. Ignoring case, each place of the text was compared with the whole part: minutes for a text and a part
 * of a megabyte.
 */
class TextSearchTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());

    /**
     * Letters of one and several cases, title case, sharp s, final sigma, Kelvin sign, dotless i, pairs with case
     * (Deseret), halves of pairs.
     */
    private static final String[] UNITS = {
        "a",
        "A",
        "b",
        "B",
        "\u01c4",
        "\u01c5",
        "\u01c6",
        "\u00df",
        "\u1e9e",
        "\u03c3",
        "\u03c2",
        "\u03a3",
        "k",
        "K",
        "\u212a",
        "i",
        "I",
        "\u0130",
        "\u0131",
        "\ud801\udc00",
        "\ud801\udc28",
        "\ud801\udc01",
        "\ud801",
        "\udc00",
        "\udc28",
        "\u0000"
    };

    private static String text(Random random, int alphabet, int length) {
        StringBuilder text = new StringBuilder();
        int first = random.nextInt(UNITS.length);
        for (int i = 0; i < length; i++) {
            text.append(UNITS[(first + random.nextInt(alphabet)) % UNITS.length]);
        }
        return text.toString();
    }

    private static List<Integer> folded(String text) {
        return text.codePoints()
                .map(point -> Character.toLowerCase(Character.toUpperCase(point)))
                .boxed()
                .toList();
    }

    private static int slowEnd(String text, String part, boolean ignoreCase, int from) {
        for (int at = from; at <= text.length() - part.length(); at++) {
            String there = text.substring(at, at + part.length());
            if (ignoreCase ? folded(there).equals(folded(part)) : there.equals(part)) {
                return at + part.length();
            }
        }
        return -1;
    }

    @Test
    void end_random_isThatOfAComparisonAtEachPlace() {
        System.out.println("text search seed " + SEED);
        Random random = new Random(SEED);
        int found = 0;
        for (int i = 0; i < 200_000; i++) {
            int alphabet = 1 + random.nextInt(random.nextBoolean() ? 4 : UNITS.length);
            String text = text(random, alphabet, random.nextInt(60));
            String part = text(random, alphabet, random.nextInt(random.nextInt(8) == 0 ? 45 : 4));
            if (random.nextBoolean() && !text.isEmpty()) {
                int start = random.nextInt(text.length());
                part = text.substring(start, start + random.nextInt(text.length() - start + 1));
                part = random.nextBoolean() ? part.toUpperCase() : part.toLowerCase();
            }
            boolean ignoreCase = random.nextBoolean();
            int from = text.isEmpty() ? 0 : random.nextInt(text.length());
            int expected = slowEnd(text, part, ignoreCase, from);
            found += expected >= 0 ? 1 : 0;
            TextSearch search = new TextSearch(part, ignoreCase);
            assertThat(search.end(text, from)).as("seed %d, step %d", SEED, i).isEqualTo(expected);
            if (from + part.length() <= text.length()) {
                assertThat(search.standsAt(text, from))
                        .as("seed %d, step %d", SEED, i)
                        .isEqualTo(expected == from + part.length());
            }
        }
        assertThat(found).isBetween(50_000, 150_000);
    }

    /** What the search takes for granted: a letter and its other cases have the same number of units. */
    @Test
    void fold_ofEveryCodePoint_keepsItsLength() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            int folded = Character.toLowerCase(Character.toUpperCase(point));
            assertThat(TextSearch.fold(point)).isEqualTo(folded);
            assertThat(Character.charCount(folded)).isEqualTo(Character.charCount(point));
        }
    }

    @Test
    void filters_onTextsOfAMegabyte_takeTimeInProportion() {
        int length = 1_000_000;
        String text = "aA".repeat(length / 2);
        String part = "a".repeat(length / 2);
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}").put("t", text).put("lower", "a".repeat(length)));
        for (boolean there : List.of(true, false)) {
            String wanted = there ? part : part + "b";
            List<Filter> filters = List.of(
                    Filter.containsIgnoreCase("t", wanted),
                    Filter.contains("lower", wanted),
                    Filter.likeIgnoreCase("t", "%" + wanted + "%"),
                    Filter.like("lower", "%" + wanted + "%"),
                    Filter.endsWithIgnoreCase("t", wanted),
                    Filter.startsWithIgnoreCase("t", wanted));
            for (Filter filter : filters) {
                long count = assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> db.query("s").where(filter).count());
                assertThat(count).isEqualTo(there ? 1 : 0);
            }
        }
    }
}
