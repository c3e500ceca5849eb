package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.MissingKeyException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Key paths that lead through arrays, where they are written to. */
class ArrayPositionTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());

    /**
     * A position was written as a name into objects, and an array in the way was a missing key, though a key path may
     * lead into arrays.
     */
    @Test
    void generatedKey_atAnArrayPosition_isSetInTheArray() {
        db.createObjectStore(StoreSchema.of("s", "l.1.id").withAutoIncrement());
        ObjectNode there = json("{'l':['a',null,'c']}");
        assertThat(db.put("s", there)).isEqualTo(1L);
        assertThat(there).isEqualTo(json("{'l':['a',{'id':1},'c']}"));
        ObjectNode next = json("{'l':['a']}");
        assertThat(db.put("s", next)).isEqualTo(2L);
        assertThat(next).isEqualTo(json("{'l':['a',{'id':2}]}"));
        ObjectNode inPart = json("{'l':['a',{'x':1}]}");
        assertThat(db.putAuto("s", inPart)).isEqualTo(3L);
        assertThat(inPart).isEqualTo(json("{'l':['a',{'x':1,'id':3}]}"));
        ObjectNode absent = json("{}");
        assertThat(db.put("s", absent)).isEqualTo(4L);
        assertThat(absent).as("nothing says that there is an array").isEqualTo(json("{'l':{'1':{'id':4}}}"));
        for (int key = 1; key <= 4; key++) {
            assertThat(db.get("s", key)).isNotNull();
        }
        for (String wrong : List.of("{'l':[]}", "{'l':['a','b']}", "{'l':5}")) {
            ObjectNode document = json(wrong);
            assertThatThrownBy(() -> db.put("s", document)).isInstanceOf(MissingKeyException.class);
            assertThat(document).isEqualTo(json(wrong));
        }
    }

    @Test
    void projection_ofArrayElements_namesThemByPosition() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'tags':['x','y'],'o':{'a':1,'b':2}}"));
        assertThat(db.query("s").projection("tags.1", "o.b").collect())
                .containsExactly(json("{'tags':{'1':'y'},'o':{'b':2}}"));
        assertThat(db.query("s").projection("tags", "tags.0", "o", "o.a").collect())
                .containsExactly(json("{'tags':['x','y'],'o':{'a':1,'b':2}}"));
    }
}
