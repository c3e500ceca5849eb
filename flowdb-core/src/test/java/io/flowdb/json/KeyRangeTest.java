package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges as values. Filters that hold one were equal to none but themselves. */
class KeyRangeTest {

    @Test
    void ranges_withTheSameBounds_areEqual() {
        List<KeyRange> ranges = List.of(
                KeyRange.all(),
                KeyRange.only(null),
                KeyRange.only(1),
                KeyRange.only("1"),
                KeyRange.bound(1, 2, false, false),
                KeyRange.bound(1, 2, true, false),
                KeyRange.bound(1, 2, false, true),
                KeyRange.lowerBound("a"),
                KeyRange.lowerBound("a", true),
                KeyRange.upperBound("a"),
                KeyRange.upperBound("a", true),
                KeyRange.halfOpen("a", null),
                KeyRange.prefix("a"),
                KeyRange.prefix("b"));
        assertThat(ranges).doesNotHaveDuplicates();
        assertThat(ranges).extracting(KeyRange::toString).doesNotHaveDuplicates();
        List<KeyRange> same = List.of(
                KeyRange.only(1.0),
                KeyRange.bound(1L, 2.0, false, false),
                KeyRange.prefix("a"),
                KeyRange.upperBound("a", true));
        assertThat(ranges).containsAll(same);
        for (KeyRange range : same) {
            assertThat(range).hasSameHashCodeAs(ranges.get(ranges.indexOf(range)));
        }
        assertThat(Filter.between("a", 1, 2)).isEqualTo(Filter.between("a", 1, 2));
        assertThat(Filter.range("a", KeyRange.prefix("b"))).isNotEqualTo(Filter.range("a", KeyRange.prefix("c")));
    }

    @Test
    void range_asText_showsWhatKindOfKeysItsBoundsAre() {
        assertThat(KeyRange.bound(1, "1", false, true)).hasToString("[1..\"1\")");
        assertThat(KeyRange.lowerBound(new byte[] {1, 2}, true)).hasToString("(0x0102..]");
        assertThat(KeyRange.upperBound(List.of("a", true, Instant.EPOCH)))
                .hasToString("[..[\"a\", true, 1970-01-01T00:00:00Z]]");
        assertThat(KeyRange.only(null)).hasToString("[null..null]");
        assertThat(KeyRange.prefix("x")).hasToString("[prefix \"x\"]");
        assertThat(KeyRange.all()).hasToString("[..]");
    }
}
