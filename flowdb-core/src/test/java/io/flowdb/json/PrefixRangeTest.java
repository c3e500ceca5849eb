package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@link KeyRange#prefix} in filters, where a compound index has more paths. */
class PrefixRangeTest {

    /**
     * The range of a prefix ends where a range of one key would, and was taken for one: the next path of a compound
     * index then narrowed it to texts that are the prefix, and there are none of these.
     */
    @Test
    void query_rangeOfAPrefixAndTheNextPath_findsLongerTexts() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v_w", "v", "w"));
            for (int i = 0; i < 20; i++) {
                db.put("s", json("{'id':" + i + ",'v':'" + (i % 2 == 0 ? "ab" + i : "b") + "','w':" + i % 4 + "}"));
            }
            Filter prefix = Filter.range("v", KeyRange.prefix("ab"));
            assertThat(db.query("s").where(prefix.and(Filter.eq("w", 2))).collect())
                    .extracting(document -> document.get("id").intValue())
                    .containsExactly(2, 6, 10, 14, 18);
            assertThat(db.query("s")
                            .where(prefix)
                            .orderBy("w", Direction.DESC)
                            .limit(1)
                            .collect())
                    .extracting(document -> document.get("id").intValue())
                    .containsExactly(2);
        }
    }
}
