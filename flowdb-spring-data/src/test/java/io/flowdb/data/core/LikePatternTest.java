package io.flowdb.data.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.json.Filter;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** What a pattern of LIKE becomes. */
class LikePatternTest {
    private static boolean matches(String text, String pattern, boolean ignoreCase) {
        Filter filter = LikePattern.parse(pattern).filter("name", ignoreCase);
        return filter.predicate().test(JsonNodeFactory.instance.objectNode().put("name", text));
    }

    @Test
    void filter_simplePatterns_areNotSearchedFor() {
        assertThat(LikePattern.parse("a\\%").filter("name", false)).isEqualTo(Filter.eq("name", "a%"));
        assertThat(LikePattern.parse("a%").filter("name", false)).isEqualTo(Filter.startsWith("name", "a"));
        assertThat(LikePattern.parse("%a").filter("name", true)).isEqualTo(Filter.endsWithIgnoreCase("name", "a"));
        assertThat(LikePattern.parse("a%b").filter("name", false))
                .isEqualTo(Filter.and(Filter.startsWith("name", "a"), Filter.like("name", "a%b")));
    }

    /** Such a pattern became a regular expression that was refused as too long. */
    @Test
    void filter_hundredsOfWildcards_matches() {
        String pattern = "a%_".repeat(400) + "\\%";
        assertThat(matches("ax".repeat(400) + "%", pattern, false)).isTrue();
        assertThat(matches("AX".repeat(400) + "%", pattern, true)).isTrue();
        assertThat(matches("AX".repeat(400) + "%", pattern, false)).isFalse();
        assertThat(matches("ax".repeat(400), pattern, false)).isFalse();
        assertThat(matches("ax".repeat(399) + "%", pattern, false)).isFalse();
    }
}
