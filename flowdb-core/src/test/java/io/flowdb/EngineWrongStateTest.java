package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.internal.base.Keys;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is used at the wrong time: after it was closed, or for writing where only reading is allowed. Each is a typed
 * error, and nothing is stored.
 */
class EngineWrongStateTest {
    private static final byte[] KEY = Keys.utf8("k");
    private static final FlowRecord RECORD = FlowRecord.of("k", 1, "v");

    @TempDir
    Path dir;

    private Config config() {
        return Config.builder().dataDir(dir.resolve("db")).autoBackground(false).build();
    }

    /** T-36: every public method but those that only tell of the engine itself. */
    @Test
    void everyMethod_afterClose_isEngineClosed() throws Exception {
        Engine engine = Engine.open(config());
        engine.write(RECORD);
        Snapshot snapshot = engine.snapshot();
        RecordScan scan = engine.scan(Query.all());
        StoreReader latest = engine.latest();
        engine.close();
        engine.close();
        assertThat(engine.isOpen()).isFalse();
        assertThat(engine.config()).isNotNull();
        for (Method method : Engine.class.getMethods()) {
            boolean tells = Set.of("isOpen", "config", "close", "limits", "capabilities", "latest")
                    .contains(method.getName());
            if (method.getDeclaringClass() == Engine.class
                    && !Modifier.isStatic(method.getModifiers())
                    && !method.isBridge()
                    && !tells) {
                assertThatThrownBy(() -> method.invoke(engine, arguments(method)))
                        .as("%s", method)
                        .hasCauseInstanceOf(EngineClosedException.class);
            }
        }
        assertClosed(() -> latest.get(KEY));
        assertClosed(latest::seqno);
        assertClosed(() -> latest.scan(null, null, false));
        assertClosed(() -> snapshot.get(KEY, 1));
        assertClosed(() -> snapshot.getLatest(KEY));
        assertClosed(() -> snapshot.scan(Query.all()));
        assertClosed(scan::hasNext);
        assertClosed(scan::next);
        scan.close();
        snapshot.close();
    }

    private static void assertClosed(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(EngineClosedException.class);
    }

    private Object[] arguments(Method method) {
        return Stream.of(method.getParameterTypes()).map(this::argument).toArray();
    }

    private Object argument(Class<?> type) {
        List<Object> known = List.of(
                RECORD,
                List.of(RECORD),
                Duration.ofDays(1),
                new WriteBatch().put(RECORD),
                WriteOptions.DEFAULT,
                KEY,
                "k",
                1L,
                Patch.value(KEY),
                Query.all(),
                Preconditions.NONE,
                dir.resolve("copy"));
        return known.stream()
                .filter(o -> type == long.class ? o instanceof Long : type.isInstance(o))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no argument of type " + type));
    }

    /** Snapshots and scans refuse use after their own close, and closing twice is fine. */
    @Test
    void snapshotAndScan_afterTheirClose_areClosed() {
        try (Engine engine = Engine.open(config())) {
            engine.write(RECORD);
            Snapshot snapshot = engine.snapshot();
            RecordScan ofSnapshot = snapshot.scan(Query.all());
            snapshot.close();
            snapshot.close();
            assertClosed(() -> snapshot.get(KEY, 1));
            assertClosed(() -> snapshot.scan(Query.all()));
            assertClosed(ofSnapshot::hasNext);
            ofSnapshot.close();
            RecordScan scan = engine.scan(Query.all());
            scan.close();
            scan.close();
            assertClosed(scan::hasNext);
            assertThat(engine.stats().liveSnapshots()).isZero();
        }
    }

    /** Every method that writes, and none that reads. */
    @Test
    void everyWrite_ofReadOnlyEngine_isRefused() throws Exception {
        try (Engine engine = Engine.open(config())) {
            engine.write(RECORD);
        }
        Set<String> writes = Set.of(
                "write",
                "writeBatch",
                "delete",
                "deleteBatch",
                "deleteRange",
                "patch",
                "commit",
                "flush",
                "compact",
                "gc",
                "checkpoint");
        try (Engine engine = Engine.open(config().toBuilder().readOnly(true).build())) {
            for (Method method : Engine.class.getMethods()) {
                if (writes.contains(method.getName()) && !method.isBridge()) {
                    assertThatThrownBy(() -> method.invoke(engine, arguments(method)))
                            .as("%s", method)
                            .hasCauseInstanceOf(ReadOnlyTransactionException.class);
                }
            }
            assertThatThrownBy(() -> engine.patch("missing", 1, Patch.value(KEY)))
                    .isInstanceOf(ReadOnlyTransactionException.class);
            new ReadForms(List.of(RECORD), List.of()).check(engine, "read-only");
            assertThat(engine.verify().problems()).isEmpty();
        }
    }
}
