package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ConflictException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/**
 * A function given to {@code update} that writes the document by another call is in its own way each time: the update
 * was tried for ever.
 */
class SelfConflictTest {
    private final JsonDB db = JsonDB.on(new MemoryStore(() -> 1_000_000_000_000_000L));

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void update_whoseFunctionWritesTheDocument_endsWithAConflict() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'n':0}"));
        AtomicInteger calls = new AtomicInteger();
        assertThatThrownBy(() -> db.update("s", 1, document -> {
                    db.put("s", json("{'id':1,'n':" + calls.incrementAndGet() + "}"));
                    return ((ObjectNode) document).put("n", -1);
                }))
                .isInstanceOfSatisfying(ConflictException.class, e -> {
                    assertThat(e.store()).isEqualTo("s");
                    assertThat(e.subject()).isEqualTo("key 1");
                });
        assertThat(db.get("s", 1).get("n").intValue()).isEqualTo(calls.get());
    }

    @Test
    void update_whoseFunctionIsOvertakenNowAndThen_succeeds() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'n':0}"));
        AtomicInteger calls = new AtomicInteger();
        db.update("s", 1, document -> {
            if (calls.incrementAndGet() < 20) {
                db.put("s", json("{'id':1,'n':" + calls.get() + "}"));
            }
            return ((ObjectNode) document).put("done", true);
        });
        assertThat(db.get("s", 1)).isEqualTo(json("{'id':1,'n':19,'done':true}"));
    }
}
