package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.StoreSnapshot;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An {@link Error}, such as for want of stack or memory, leaves behind no more than an exception. */
class EndedByErrorTest {
    private final Engine engine = Engine.open(Config.builder().inMemory(true).build());
    private final JsonDB db = JsonDB.on(new FailingStore());
    private String failing = "";
    private int callsBefore;
    private int scans;

    /** Its snapshots meet an error. */
    private final class FailingStore extends PassThroughStore {
        FailingStore() {
            super(engine);
        }

        @Override
        public StoreSnapshot snapshot() {
            StoreSnapshot snapshot = super.snapshot();
            return (StoreSnapshot) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {StoreSnapshot.class}, (proxy, method, arguments) -> {
                        scans += method.getName().equals("scan") ? 1 : 0;
                        if (method.getName().equals(failing) && callsBefore-- <= 0) {
                            throw new StackOverflowError("asked for");
                        }
                        return invoke(snapshot, method, arguments);
                    });
        }

        private static Object invoke(StoreSnapshot snapshot, Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(snapshot, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    private static ObjectNode document(int id) {
        return JsonNodeFactory.instance.objectNode().put("id", id);
    }

    @BeforeEach
    void create() {
        db.createObjectStore("s", "id");
        db.put("s", document(1));
    }

    @AfterEach
    void close() {
        db.close();
        engine.close();
    }

    @Test
    void count_afterAWalkThatMetAnError_isKeptAgain() {
        failing = "scan";
        assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> db.count("s"));
        failing = "";
        assertThat(db.count("s")).isEqualTo(1);
        db.put("s", document(2));
        int before = scans;

        assertThat(db.count("s")).isEqualTo(2);

        assertThat(scans).as("no further walk").isEqualTo(before);
    }

    @Test
    void putAll_thatMetAnError_leavesNothingInTheTransaction() {
        try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            failing = "get";
            callsBefore = 1;
            assertThatExceptionOfType(StackOverflowError.class)
                    .isThrownBy(() -> transaction.putAll("s", List.of(document(5), document(6))));
            failing = "";
            transaction.commit();
        }
        assertThat(db.get("s", 5)).isNull();
    }
}
