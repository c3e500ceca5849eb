package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ConflictException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a conflict says of the key or range that was changed. */
class ConflictSubjectTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());

    private void assertConflict(String subject, Consumer<JsonTransaction> read, String written) {
        JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s");
        read.accept(t);
        t.put("s", json("{'id':'loser'}"));
        db.put("s", json(written));
        assertThatThrownBy(t::commit).isInstanceOfSatisfying(ConflictException.class, e -> {
            assertThat(e.subject()).isEqualTo(subject);
            assertThat(e.store()).isEqualTo("s");
        });
    }

    /** A conflict named "a range of keys" or "a key of index 'u'" and left it open which. */
    @Test
    void conflict_ofARangeOrAnIndex_namesKeyOrBounds() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u").withIndex("ab", "a", "b"));
        assertConflict("key 1", t -> t.get("s", 1), "{'id':1}");
        assertConflict("key [1, \"x\"]", t -> t.get("s", List.of(1, "x")), "{'id':[1,'x']}");
        assertConflict(
                "the range of keys [5 .. behind 8)",
                t -> t.getAllKeys("s", KeyRange.bound(5, 8, false, false), 100),
                "{'id':6}");
        assertConflict(
                "the range of keys [behind \"k\" .. \"m\")",
                t -> t.getAllKeys("s", KeyRange.bound("k", "m", true, true), 100),
                "{'id':'kk'}");
        assertConflict("the range of keys [ .. )", t -> t.count("s"), "{'id':7}");
        assertConflict("key 77 of index 'u'", t -> t.getByIndex("s", "u", 77), "{'id':2,'u':77}");
        assertConflict("the range [-3 .. 4.5) of index 'u'", t -> t.rangeByIndex("s", "u", -3, 4.5), "{'id':3,'u':-2}");
        assertConflict(
                "the range [\"Oslo\" .. behind \"Oslo\") of index 'ab'",
                t -> t.getByIndex("s", "ab", List.of("Oslo")),
                "{'id':4,'a':'Oslo','b':1}");
        String longKey = "k".repeat(3000);
        assertConflict("key \"" + "k".repeat(99) + "...", t -> t.get("s", longKey), "{'id':'" + longKey + "'}");
    }

    /** The byte at which a kind of values begins or ends was shown as the character that it is in ASCII. */
    @Test
    void conflict_ofAllValuesOfAKind_namesTheKind() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("a", "a").withIndex("bc", "b", "c"));
        assertIndexConflict("[1 .. behind numbers) of index 'a'", Filter.ge("a", 1), "{'id':1,'a':2}");
        assertIndexConflict("[numbers .. 1) of index 'a'", Filter.lt("a", 1), "{'id':2,'a':0}");
        assertIndexConflict("[behind \"m\" .. behind text) of index 'a'", Filter.gt("a", "m"), "{'id':3,'a':'n'}");
        assertIndexConflict("[false .. true) of index 'a'", Filter.lt("a", true), "{'id':4,'a':false}");
        assertIndexConflict("[\"ab\" .. \"ac\") of index 'a'", Filter.startsWith("a", "ab"), "{'id':5,'a':'abc'}");
        assertIndexConflict(
                "[\"z\", numbers .. \"z\", 5) of index 'bc'",
                Filter.eq("b", "z").and(Filter.lt("c", 5)),
                "{'id':7,'b':'z','c':1}");
        assertIndexConflict(
                "[\"z\", 5 .. \"z\", behind numbers) of index 'bc'",
                Filter.eq("b", "z").and(Filter.ge("c", 5)),
                "{'id':8,'b':'z','c':6}");
    }

    private void assertIndexConflict(String range, Filter filter, String written) {
        assertConflict("the range " + range, t -> t.query("s").where(filter).count(), written);
    }
}
