package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.flowdb.error.InvalidQueryException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Patterns of LIKE against the definition, tried out in every way, and against regular expressions.
 * {@code -Dflowdb.test.seed=N} repeats the random choices.
 */
class LikePatternModelTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final String[] LETTERS = {
        "a", "a", "b", "A", "ß", "ẞ", "\n", "%", "_", "\\", "\ud83d\ude00", "É", "é", "ı", "I", "i"
    };

    private final Random random = new Random(SEED);

    @Test
    void matches_randomPatterns_asDefined() {
        System.out.println("like seed " + SEED);
        int matching = 0;
        int literals = 0;
        int prefixes = 0;
        for (int i = 0; i < 200_000; i++) {
            boolean ignoreCase = random.nextBoolean();
            int letters = 2 + random.nextInt(LETTERS.length - 1);
            String text = text(random.nextInt(9), letters);
            String pattern = pattern(random.nextInt(9), letters);
            boolean expected = matches(points(pattern), 0, points(text), 0, ignoreCase);
            String what = "seed " + SEED + ", '" + text + "' like '" + pattern + "', ignoring case: " + ignoreCase;
            LikePattern like = LikePattern.of(pattern, ignoreCase);
            assertThat(like.matches(text)).as(what).isEqualTo(expected);
            if (!(text + pattern).contains("ẞ")) { // regular expressions find ß for it, but not it for ß
                assertThat(regex(pattern, ignoreCase).matcher(text).matches())
                        .as(what)
                        .isEqualTo(expected);
            }
            if (like.isLiteral()) {
                literals++;
                assertThat(text.equals(like.literalBeginning())).as(what).isEqualTo(expected);
            }
            if (like.isPrefix()) {
                prefixes++;
                assertThat(text.startsWith(like.literalBeginning())).as(what).isEqualTo(expected);
            }
            if (expected) {
                matching++;
                assertThat(text).as(what).startsWith(like.literalBeginning());
            }
        }
        assertThat(matching).as("seed %d", SEED).isBetween(2_000, 198_000);
        assertThat(Math.min(literals, prefixes)).as("seed %d", SEED).isGreaterThan(1_000);
    }

    private String text(int length, int letters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS[random.nextInt(letters)]);
        }
        return text.toString();
    }

    private String pattern(int length, int letters) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < length; i++) {
            String letter = LETTERS[random.nextInt(letters)];
            switch (random.nextInt(4)) {
                case 0 -> pattern.append('%');
                case 1 -> pattern.append('_');
                default -> pattern.append("%_\\".contains(letter) ? "\\" : "").append(letter);
            }
        }
        return pattern.toString();
    }

    private static int[] points(String text) {
        return text.codePoints().toArray();
    }

    /** The definition: % is nothing, or one character and % once more. */
    private static boolean matches(int[] pattern, int i, int[] text, int j, boolean ignoreCase) {
        if (i == pattern.length) {
            return j == text.length;
        }
        if (pattern[i] == '%') {
            return matches(pattern, i + 1, text, j, ignoreCase)
                    || (j < text.length && matches(pattern, i, text, j + 1, ignoreCase));
        }
        if (j == text.length) {
            return false;
        }
        boolean any = pattern[i] == '_';
        int literal = pattern[i] == '\\' ? i + 1 : i;
        return (any || equal(pattern[literal], text[j], ignoreCase))
                && matches(pattern, literal + 1, text, j + 1, ignoreCase);
    }

    private static boolean equal(int a, int b, boolean ignoreCase) {
        return a == b
                || (ignoreCase
                        && Character.toLowerCase(Character.toUpperCase(a))
                                == Character.toLowerCase(Character.toUpperCase(b)));
    }

    private static Pattern regex(String pattern, boolean ignoreCase) {
        StringBuilder regex = new StringBuilder();
        int[] points = points(pattern);
        for (int i = 0; i < points.length; i++) {
            if (points[i] == '%' || points[i] == '_') {
                regex.append(points[i] == '%' ? ".*" : ".");
            } else {
                i += points[i] == '\\' ? 1 : 0;
                regex.append(Pattern.quote(Character.toString(points[i])));
            }
        }
        int flags = Pattern.DOTALL | (ignoreCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
        return Pattern.compile(regex.toString(), flags);
    }

    /** A regular expression of such a pattern is too long, or takes too many steps. */
    @Test
    void matches_hundredsOfWildcards_inFewSteps() {
        String pattern = "%a_".repeat(500) + "%b";
        String text = "ab".repeat(5_000);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(LikePattern.of(pattern, false).matches(text)).isTrue();
            assertThat(LikePattern.of(pattern, true).matches(text.toUpperCase(Locale.ROOT)))
                    .isTrue();
            assertThat(LikePattern.of(pattern, false).matches(text + "c")).isFalse();
            assertThat(LikePattern.of("%a".repeat(6_000) + "%", false).matches(text))
                    .isFalse();
        });
    }

    /** Half of a surrogate pair is another code point than the pair, though the pair starts with it. */
    @Test
    void isPrefix_endingWithHalfAPair_isFalse() {
        LikePattern like = LikePattern.of("a\ud83d%", false);
        assertThat(like.isPrefix()).isFalse();
        assertThat(like.matches("a\ud83d\ude00")).isFalse();
        assertThat(like.matches("a\ud83d")).isTrue();
    }

    @Test
    void query_likeWithoutWildcardsOrForAPrefix_readsMatchingEntriesOnly() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("name", "name"));
        for (String name : List.of("a", "a%", "a%b", "ab", "b", "")) {
            db.put(
                    "s",
                    JsonNodeFactory.instance.objectNode().put("id", name + "!").put("name", name));
        }
        assertReads(db, "a\\%", "a%");
        assertReads(db, "a\\%%", "a%", "a%b");
        assertReads(db, "", "");
        assertThat(db.query("s").where(Filter.like("name", "%")).count()).isEqualTo(6);
    }

    private static void assertReads(JsonDB db, String pattern, String... names) {
        JsonQuery query = db.query("s").where(Filter.like("name", pattern));
        assertThat(query.collect())
                .extracting(found -> found.get("name").stringValue())
                .containsExactly(names);
        assertThat(query.explain().entriesRead()).as(pattern).isEqualTo(names.length);
    }

    @Test
    void query_like_usesTheIndexAndLooksIntoArrays() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("name", "name"));
        for (int i = 0; i < 100; i++) {
            db.put("s", json("{'id':" + i + ",'name':'" + (i < 10 ? "ab" : "xy") + i + "z'}"));
        }
        db.put("s", json("{'id':200,'name':['none','ab5z']}"));
        db.put("s", json("{'id':201,'name':5}"));
        db.put("s", json("{'id':202}"));
        JsonQuery query = db.query("s").where(Filter.like("name", "a_5%"));
        assertThat(ids(query.collect())).containsExactly("5", "200");
        assertThat(query.explain().index()).isEqualTo("name");
        assertThat(ids(db.query("s")
                        .where(Filter.likeIgnoreCase("name", "%B5Z"))
                        .collect()))
                .containsExactly("5", "200");
        assertThat(db.query("s").where(Filter.not(Filter.like("name", "%z"))).count())
                .isEqualTo(2);
        assertThatThrownBy(() -> db.query("s").where(Filter.like("name", "a\\")).count())
                .isInstanceOf(InvalidQueryException.class);
    }
}
