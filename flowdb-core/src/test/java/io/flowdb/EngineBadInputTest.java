package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.internal.base.Keys;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong arguments of every public method of the engine and its types: a null is a {@link NullPointerException} that
 * names the parameter, any other wrong value an {@link IllegalArgumentException} with name and value, and nothing is
 * lost or stored. A public method that is missing in the tables below fails {@link #tables_everyPublicMethod_isInThem}.
 */
class EngineBadInputTest {
    private static final byte[] KEY = Keys.utf8("k");
    private static final byte[] VALUE = Keys.utf8("v");
    private static final byte[] TOO_LONG = new byte[65_536];
    private static final byte[] MEBIBYTE = new byte[1 << 20];
    private static final Duration MINUS = Duration.ofSeconds(-1);

    @TempDir
    Path dir;

    private interface Call {
        Object make(Engine engine) throws Exception;
    }

    /** A call of {@code method} that must fail; {@code message} is a part of what the exception says. */
    private record Bad(String method, Class<? extends Exception> thrown, String message, Call call) {}

    /** Collects the table of one class. */
    private static final class Table {
        private final Class<?> type;
        private final List<Bad> bad = new ArrayList<>();
        private final Set<String> covered = new TreeSet<>();

        Table(Class<?> type) {
            this.type = type;
        }

        Table nulls(String method, String parameter, Call call) {
            covered.add(method);
            bad.add(new Bad(method, NullPointerException.class, parameter, call));
            return this;
        }

        Table wrong(String method, String message, Call call) {
            covered.add(method);
            bad.add(new Bad(method, IllegalArgumentException.class, message, call));
            return this;
        }

        /** Methods that no argument can be wrong for. */
        Table harmless(String... methods) {
            covered.addAll(List.of(methods));
            return this;
        }
    }

    private static FlowRecord record() {
        return FlowRecord.of("k", 1, "v");
    }

    private static WriteBatch batch() {
        return new WriteBatch().put(record());
    }

    private Table engine() {
        Table table = new Table(Engine.class)
                .nulls("open(Config)", "config", e -> Engine.open(null))
                .nulls("salvage(Path,Path)", "damaged", e -> Engine.salvage(null, dir))
                .nulls("salvage(Path,Path)", "target", e -> Engine.salvage(dir, null))
                .wrong("salvage(Path,Path)", "damaged", e -> Engine.salvage(dir.resolve("none"), dir.resolve("t")))
                .wrong("salvage(Path,Path)", "target", e -> Engine.salvage(dir, dir.resolve("t")))
                .nulls("write(FlowRecord)", "record", e -> run(() -> e.write((FlowRecord) null)))
                .nulls("writeBatch(List)", "records", e -> run(() -> e.writeBatch(null)))
                .nulls("writeBatch(List)", "record", e -> run(() -> e.writeBatch(Collections.singletonList(null))))
                .nulls("writeBatch(List)", "record", e -> run(() -> e.writeBatch(Arrays.asList(record(), null))))
                .nulls(
                        "write(FlowRecord,Duration)",
                        "record",
                        e -> run(() -> e.write((FlowRecord) null, Duration.ofDays(1))))
                .nulls("write(FlowRecord,Duration)", "ttl", e -> run(() -> e.write(record(), (Duration) null)))
                .wrong("write(FlowRecord,Duration)", "ttl = PT0S", e -> run(() -> e.write(record(), Duration.ZERO)))
                .wrong("write(FlowRecord,Duration)", "ttl = PT-1S", e -> run(() -> e.write(record(), MINUS)))
                .nulls("writeBatch(List,Duration)", "records", e -> run(() -> e.writeBatch(null, Duration.ofDays(1))))
                .nulls(
                        "writeBatch(List,Duration)",
                        "ttl",
                        e -> run(() -> e.writeBatch(List.of(record()), (Duration) null)))
                .wrong("writeBatch(List,Duration)", "ttl = PT-1S", e -> run(() -> e.writeBatch(List.of(), MINUS)))
                .nulls("write(WriteBatch)", "batch", e -> run(() -> e.write((WriteBatch) null)))
                .nulls(
                        "write(WriteBatch,WriteOptions)",
                        "batch",
                        e -> run(() -> e.write((WriteBatch) null, WriteOptions.SYNC)))
                .nulls(
                        "write(WriteBatch,WriteOptions)",
                        "options",
                        e -> run(() -> e.write(batch(), (WriteOptions) null)))
                .nulls(
                        "write(FlowRecord,WriteOptions)",
                        "record",
                        e -> run(() -> e.write((FlowRecord) null, WriteOptions.SYNC)))
                .nulls(
                        "write(FlowRecord,WriteOptions)",
                        "options",
                        e -> run(() -> e.write(record(), (WriteOptions) null)))
                .nulls(
                        "writeBatch(List,WriteOptions)",
                        "records",
                        e -> run(() -> e.writeBatch(null, WriteOptions.SYNC)))
                .nulls(
                        "writeBatch(List,WriteOptions)",
                        "options",
                        e -> run(() -> e.writeBatch(List.of(record()), (WriteOptions) null)))
                .nulls("deleteBatch(List)", "versions", e -> run(() -> e.deleteBatch(null)))
                .nulls("deleteBatch(List)", "version", e -> run(() -> e.deleteBatch(Arrays.asList(record(), null))))
                .nulls("patch(byte[],long,Patch)", "key", e -> e.patch((byte[]) null, 1, Patch.value(VALUE)))
                .nulls("patch(byte[],long,Patch)", "patch", e -> e.patch(KEY, 1, null))
                .nulls("query(Query)", "query", e -> e.query(null))
                .nulls("scan(Query)", "query", e -> e.scan(null))
                .nulls("cursor(Query)", "query", e -> e.cursor(null))
                .nulls("get(byte[],long,byte[])", "into", e -> e.get(KEY, 1, null))
                .nulls("get(String,long,byte[])", "into", e -> e.get("k", 1, null))
                .nulls("checkpoint(Path)", "target", e -> run(() -> e.checkpoint(null)))
                .wrong("checkpoint(Path)", "target = " + dir, e -> run(() -> e.checkpoint(dir)))
                .wrong(
                        "checkpoint(Path)",
                        "target = ",
                        e -> run(() -> e.checkpoint(e.config().dataDir())))
                .harmless(
                        "config()",
                        "isOpen()",
                        "close()",
                        "latest()",
                        "snapshot()",
                        "lastSeqno()",
                        "limits()",
                        "capabilities()",
                        "identity()")
                .harmless("flush()", "compact()", "gc()", "verify()", "stats()", "prometheusText()");
        commits(table);
        keys(table, "get(byte[],long)", "key", (e, key) -> e.get(key, 1));
        keys(table, "get(byte[],long,byte[])", "key", (e, key) -> e.get(key, 1, VALUE));
        texts(table, "get(String,long,byte[])", (e, key) -> e.get(key, 1, VALUE));
        keys(table, "getLatest(byte[])", "key", Engine::getLatest);
        keys(table, "delete(byte[],long)", "key", (e, key) -> run(() -> e.delete(key, 1)));
        keys(table, "patch(byte[],long,Patch)", "key", (e, key) -> e.patch(key, 1, Patch.value(VALUE)));
        texts(table, "get(String,long)", (e, key) -> e.get(key, 1));
        texts(table, "getLatest(String)", Engine::getLatest);
        texts(table, "patch(String,long,Patch)", (e, key) -> e.patch(key, 1, Patch.value(VALUE)));
        texts(table, "delete(String,long)", (e, key) -> run(() -> e.delete(key, 1)));
        return table.nulls("deleteRange(byte[],byte[])", "start", e -> run(() -> e.deleteRange(null, KEY)))
                .nulls("deleteRange(byte[],byte[])", "end", e -> run(() -> e.deleteRange(KEY, null)))
                .wrong(
                        "deleteRange(byte[],byte[])",
                        "start length = 65536",
                        e -> run(() -> e.deleteRange(TOO_LONG, KEY)))
                .wrong(
                        "deleteRange(byte[],byte[])",
                        "end length = 1048576",
                        e -> run(() -> e.deleteRange(KEY, MEBIBYTE)))
                .nulls("deleteRange(String,String)", "start", e -> run(() -> e.deleteRange(null, "z")))
                .nulls("deleteRange(String,String)", "end", e -> run(() -> e.deleteRange("a", null)));
    }

    private static void commits(Table table) {
        String commit = "commit(WriteBatch,Preconditions,WriteOptions)";
        table.nulls(commit, "batch", e -> e.commit(null, Preconditions.NONE, WriteOptions.SYNC))
                .nulls(commit, "preconditions", e -> e.commit(batch(), null, WriteOptions.SYNC))
                .nulls(commit, "options", e -> e.commit(batch(), Preconditions.NONE, null));
    }

    private interface OnKey<T> {
        Object call(Engine engine, T key) throws Exception;
    }

    private static void keys(Table table, String method, String name, OnKey<byte[]> call) {
        table.nulls(method, name, e -> call.call(e, null))
                .wrong(method, name + " length = 0", e -> call.call(e, new byte[0]))
                .wrong(method, name + " length = 65536", e -> call.call(e, TOO_LONG))
                .wrong(method, name + " length = 1048576", e -> call.call(e, MEBIBYTE));
    }

    private static void texts(Table table, String method, OnKey<String> call) {
        table.nulls(method, "key", e -> call.call(e, null))
                .wrong(method, "key length = 0", e -> call.call(e, ""))
                .wrong(method, "key length = 65536", e -> call.call(e, "x".repeat(65_536)));
    }

    private static Table query() {
        return new Table(Query.class)
                .nulls("prefix(byte[])", "prefix", e -> Query.prefix((byte[]) null))
                .nulls("prefix(String)", "prefix", e -> Query.prefix((String) null))
                .nulls("keyRange(byte[],byte[])", "start", e -> Query.keyRange(null, KEY))
                .nulls("keyRange(byte[],byte[])", "end", e -> Query.keyRange(KEY, null))
                .nulls("keyRange(String,String)", "start", e -> Query.keyRange(null, "k"))
                .nulls("keyRange(String,String)", "end", e -> Query.keyRange("k", null))
                .nulls("key(byte[])", "key", e -> Query.key((byte[]) null))
                .nulls("fromKey(byte[],boolean)", "key", e -> Query.all().fromKey((byte[]) null, true))
                .nulls("fromKey(byte[],boolean)", "key", e -> Query.all().fromKey((byte[]) null, false))
                .nulls("toKey(byte[],boolean)", "key", e -> Query.all().toKey((byte[]) null, true))
                .nulls("toKey(byte[],boolean)", "key", e -> Query.all().toKey((byte[]) null, false))
                .nulls("key(String)", "key", e -> Query.key((String) null))
                .nulls("fromKey(String,boolean)", "key", e -> Query.all().fromKey((String) null, true))
                .nulls("toKey(String,boolean)", "key", e -> Query.all().toKey((String) null, true))
                .nulls("options(ReadOptions)", "readOptions", e -> Query.all().options(null))
                .wrong("limit(long)", "limit = -1", e -> Query.all().limit(-1))
                .harmless("all()", "timeRange(long,long)", "withTimeRange(long,long)", "fromTs(long,boolean)")
                .harmless("toTs(long,boolean)", "reverse()", "startKey()", "endKey()", "minTs()", "maxTs()")
                .harmless("reversed()", "limit()", "options()", "equals(Object)", "hashCode()", "toString()");
    }

    private static Table writeBatch() {
        Table table = new Table(WriteBatch.class)
                .nulls("put(FlowRecord)", "record", e -> new WriteBatch().put(null))
                .nulls("put(byte[],byte[])", "value", e -> new WriteBatch().put(KEY, null))
                .nulls("put(byte[],long,long,byte[])", "value", e -> new WriteBatch().put(KEY, 0, 0, null))
                .nulls("deleteRange(byte[],byte[])", "start", e -> new WriteBatch().deleteRange(null, KEY))
                .nulls("deleteRange(byte[],byte[])", "end", e -> new WriteBatch().deleteRange(KEY, null))
                .wrong(
                        "deleteRange(byte[],byte[])",
                        "start length = 65536",
                        e -> new WriteBatch().deleteRange(TOO_LONG, KEY))
                .wrong(
                        "deleteRange(byte[],byte[])",
                        "end length = 1048576",
                        e -> new WriteBatch().deleteRange(KEY, MEBIBYTE))
                .nulls("deleteRange(String,String)", "start", e -> new WriteBatch().deleteRange(null, "k"))
                .nulls("deleteRange(String,String)", "end", e -> new WriteBatch().deleteRange("k", null))
                .nulls("put(String,long,long,byte[])", "value", e -> new WriteBatch().put("k", 0, 0, null))
                .wrong("new", "expectedBytes = -1", e -> new WriteBatch(-1))
                .harmless("size()", "isEmpty()", "sizeBytes()", "clear()");
        keys(table, "put(byte[],byte[])", "key", (e, key) -> new WriteBatch().put(key, VALUE));
        keys(table, "put(byte[],long,long,byte[])", "key", (e, key) -> new WriteBatch().put(key, 0, 0, VALUE));
        texts(table, "put(String,long,long,byte[])", (e, key) -> new WriteBatch().put(key, 0, 0, VALUE));
        texts(table, "delete(String,long)", (e, key) -> new WriteBatch().delete(key, 0));
        keys(table, "delete(byte[])", "key", (e, key) -> new WriteBatch().delete(key));
        keys(table, "delete(byte[],long)", "key", (e, key) -> new WriteBatch().delete(key, 0));
        return table;
    }

    private static Table flowRecord() {
        Table table = new Table(FlowRecord.class)
                .nulls("of(byte[],long,byte[])", "value", e -> FlowRecord.of(KEY, 0, null))
                .nulls("of(String,long,String)", "value", e -> FlowRecord.of("k", 0, null))
                .nulls("new", "value", e -> new FlowRecord(KEY, 0, 0, null))
                .harmless("withExpireAt(long)", "keyText()", "valueText()", "equals(Object)", "hashCode()")
                .harmless("toString()", "key()", "ts()", "expireAt()", "value()");
        keys(table, "of(byte[],long,byte[])", "key", (e, key) -> FlowRecord.of(key, 0, VALUE));
        keys(table, "new", "key", (e, key) -> new FlowRecord(key, 0, 0, VALUE));
        texts(table, "of(String,long,String)", (e, key) -> FlowRecord.of(key, 0, "v"));
        return table;
    }

    private static Table patch() {
        return new Table(Patch.class)
                .nulls("value(byte[])", "value", e -> Patch.value(null))
                .nulls("ttl(Duration)", "ttl", e -> Patch.ttl(null))
                .nulls("withTtl(Duration)", "newTtl", e -> Patch.value(VALUE).withTtl(null))
                .wrong("ttl(Duration)", "ttl = PT0S", e -> Patch.ttl(Duration.ZERO))
                .wrong("ttl(Duration)", "ttl = PT-1S", e -> Patch.ttl(MINUS))
                .wrong(
                        "withTtl(Duration)",
                        "ttl = PT-1S",
                        e -> Patch.value(VALUE).withTtl(MINUS))
                .harmless("value()", "ttl()", "equals(Object)", "hashCode()", "toString()");
    }

    private static Table snapshot() {
        Table table = new Table(Snapshot.class)
                .nulls("scan(Query)", "query", e -> onSnapshot(e, s -> s.scan(null)))
                .nulls("scanAll(List)", "ranges", e -> onSnapshot(e, s -> s.scanAll(null)))
                .nulls("prefetch(List)", "keys", e -> onSnapshot(e, s -> run(() -> s.prefetch(null))))
                .nulls("cursor(Query)", "query", e -> onSnapshot(e, s -> s.cursor(null)))
                .nulls("get(byte[],byte[])", "into", e -> onSnapshot(e, s -> s.get(KEY, null)))
                .nulls("get(byte[],long,byte[])", "into", e -> onSnapshot(e, s -> s.get(KEY, 1, null)))
                .nulls("get(String,long,byte[])", "into", e -> onSnapshot(e, s -> s.get("k", 1, null)))
                .harmless("get(byte[])", "scan(byte[],byte[],boolean)", "seqno()", "close()");
        keys(table, "get(byte[],long)", "key", (e, key) -> onSnapshot(e, s -> s.get(key, 0)));
        keys(table, "get(byte[],byte[])", "key", (e, key) -> onSnapshot(e, s -> s.get(key, VALUE)));
        keys(table, "get(byte[],long,byte[])", "key", (e, key) -> onSnapshot(e, s -> s.get(key, 0, VALUE)));
        texts(table, "get(String,long,byte[])", (e, key) -> onSnapshot(e, s -> s.get(key, 0, VALUE)));
        keys(table, "getLatest(byte[])", "key", (e, key) -> onSnapshot(e, s -> s.getLatest(key)));
        texts(table, "get(String,long)", (e, key) -> onSnapshot(e, s -> s.get(key, 0)));
        texts(table, "getLatest(String)", (e, key) -> onSnapshot(e, s -> s.getLatest(key)));
        return table;
    }

    private static Table storeReader() {
        Table table = new Table(StoreReader.class)
                .nulls("get(byte[],byte[])", "into", e -> e.latest().get(KEY, null))
                .nulls("scanAll(List)", "ranges", e -> e.latest().scanAll(null))
                .nulls("prefetch(List)", "keys", e -> run(() -> e.latest().prefetch(null)))
                .nulls("scanAll(List)", "range", e -> e.latest().scanAll(Collections.singletonList(null)))
                .harmless("scan(byte[],byte[],boolean)", "seqno()");
        keys(table, "get(byte[],byte[])", "key", (e, key) -> e.latest().get(key, VALUE));
        keys(table, "get(byte[])", "key", (e, key) -> e.latest().get(key));
        keys(table, "get(byte[])", "key", (e, key) -> onSnapshot(e, s -> s.get(key)));
        return table;
    }

    private static Table orderedStore() {
        Table table = new Table(OrderedStore.class)
                .harmless("latest()", "snapshot()", "lastSeqno()", "limits()", "capabilities()", "identity()");
        commits(table);
        return table;
    }

    private static Table preconditions() {
        Table table = new Table(Preconditions.class)
                .nulls("since(StoreReader)", "snapshot", e -> Preconditions.since(null))
                .nulls(
                        "range(byte[],byte[])",
                        "start",
                        e -> Preconditions.since(e.latest()).range(null, null))
                .nulls(
                        "key(byte[],long)",
                        "key",
                        e -> Preconditions.since(e.latest()).key(null, 1))
                .harmless("sinceSeqno()", "sinceSeqno(int)", "keys()", "ranges()", "isEmpty()");
        return table.nulls(
                "key(byte[])", "key", e -> Preconditions.since(e.latest()).key(null));
    }

    private static Table recordScan() {
        return new Table(RecordScan.class)
                .harmless("forEachRemaining(Consumer)") // that of java.util.Iterator
                .harmless("stream()", "close()", "hasNext()", "next()", "remove()");
    }

    private static Table storeCursor() {
        return copies(new Table(StoreCursor.class));
    }

    private static Table recordCursor() {
        return copies(new Table(RecordCursor.class)).harmless("ts()");
    }

    /** Of a record whose key and value have one byte each. */
    private static Table copies(Table table) {
        for (int at : new int[] {-1, 1, 2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            table.wrong("copyKey(byte[],int)", "at = " + at, e -> onCursor(e, c -> c.copyKey(new byte[1], at)))
                    .wrong("copyValue(byte[],int)", "at = " + at, e -> onCursor(e, c -> c.copyValue(new byte[1], at)));
        }
        return table.wrong("copyKey(byte[],int)", "at = 0", e -> onCursor(e, c -> c.copyKey(new byte[0], 0)))
                .wrong("copyValue(byte[],int)", "at = 0", e -> onCursor(e, c -> c.copyValue(new byte[0], 0)))
                .nulls("copyKey(byte[],int)", "to", e -> onCursor(e, c -> c.copyKey(null, 0)))
                .nulls("copyValue(byte[],int)", "to", e -> onCursor(e, c -> c.copyValue(null, 0)))
                .harmless(
                        "next()",
                        "key()",
                        "value()",
                        "keyLength()",
                        "valueLength()",
                        "seqno()",
                        "expireAt()",
                        "close()");
    }

    private interface OnCursor {
        Object call(RecordCursor cursor);
    }

    private static Object onCursor(Engine engine, OnCursor call) {
        try (RecordCursor cursor = engine.cursor(Query.all())) {
            assertThat(cursor.next()).isTrue();
            return call.call(cursor);
        }
    }

    private List<Table> tables() {
        return List.of(
                engine(),
                query(),
                writeBatch(),
                flowRecord(),
                patch(),
                snapshot(),
                storeReader(),
                orderedStore(),
                preconditions(),
                recordScan(),
                storeCursor(),
                recordCursor());
    }

    private static Object run(Runnable action) {
        action.run();
        return "";
    }

    private interface OnSnapshot {
        Object call(Snapshot snapshot) throws Exception;
    }

    private static Object onSnapshot(Engine engine, OnSnapshot call) throws Exception {
        try (Snapshot snapshot = engine.snapshot()) {
            return call.call(snapshot);
        }
    }

    private Config config() {
        return Config.builder().dataDir(dir.resolve("db")).autoBackground(false).build();
    }

    @Test
    void tables_everyPublicMethod_isInThem() {
        for (Table table : tables()) {
            Set<String> methods = Stream.of(table.type.getMethods())
                    .filter(m -> m.getDeclaringClass() != Object.class && !m.isBridge())
                    .map(EngineBadInputTest::signature)
                    .collect(Collectors.toCollection(TreeSet::new));
            methods.removeAll(table.covered);
            assertThat(methods)
                    .as("public methods of %s without a line here", table.type)
                    .isEmpty();
        }
    }

    private static String signature(Method method) {
        return method.getName()
                + Stream.of(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(",", "(", ")"));
    }

    @Test
    void everyMethod_wrongArgument_isTypedErrorThatNamesIt() {
        List<String> surprises = new ArrayList<>();
        try (Engine engine = Engine.open(config())) {
            engine.write(record());
            for (Table table : tables()) {
                for (Bad bad : table.bad) {
                    try {
                        bad.call().make(engine);
                        surprises.add(bad.method() + ": accepted, not " + bad.message());
                    } catch (Exception e) {
                        boolean exact = bad.thrown() == NullPointerException.class;
                        boolean named = exact
                                ? bad.message().equals(e.getMessage())
                                : String.valueOf(e.getMessage()).contains(bad.message());
                        if (!bad.thrown().isInstance(e) || !named) {
                            surprises.add(table.type.getSimpleName() + "." + bad.method() + ": " + e + ", not "
                                    + bad.thrown().getSimpleName() + " " + bad.message());
                        }
                    }
                }
            }
            assertThat(surprises).isEmpty();
            assertThat(engine.query(Query.all())).containsExactly(record());
            engine.write(FlowRecord.of("after", 0, "v"));
        }
        try (Engine engine = Engine.open(config())) {
            assertThat(engine.query(Query.all())).containsExactly(FlowRecord.of("after", 0, "v"), record());
            assertThat(engine.lastSeqno()).as("nothing else was stored").isEqualTo(2);
        }
    }

    /**
     * A value of 256 MiB is the longest, and a batch of 1 GiB the largest; both are checked before memory is taken for
     * a copy.
     */
    @Test
    void write_valueOrBatchTooLarge_isRefusedByItsLength() {
        byte[] tooLarge = new byte[(256 << 20) + 1];
        assertThatThrownBy(() -> FlowRecord.of(KEY, 0, tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value length = 268435457");
        assertThatThrownBy(() -> new WriteBatch().put(KEY, tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value length = 268435457");
        FlowRecord half = FlowRecord.of(KEY, 0, new byte[128 << 20]);
        try (Engine engine = Engine.open(config())) {
            for (int count : new int[] {8, 9, 16, 17, 40}) {
                assertThatThrownBy(() -> engine.writeBatch(Collections.nCopies(count, half)))
                        .as("%d records of 128 MiB", count)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("batch size");
            }
            engine.write(record());
            assertThat(engine.query(Query.all())).containsExactly(record());
        }
    }

    /** Bounds longer than any key are bounds all the same. */
    @Test
    void query_boundsLongerThanAnyKey_areHonoured() {
        try (Engine engine = Engine.open(config())) {
            engine.write(FlowRecord.of(new byte[] {0}, 0, VALUE));
            engine.write(record());
            assertThat(engine.query(Query.prefix(MEBIBYTE))).isEmpty();
            assertThat(engine.query(Query.keyRange(MEBIBYTE, KEY))).containsExactly(record());
            assertThat(engine.query(Query.keyRange(new byte[0], MEBIBYTE))).hasSize(1);
            assertThat(engine.query(Query.all().limit(Long.MAX_VALUE))).hasSize(2);
        }
    }

    /** A checkpoint target that holds anything is left as it is. */
    @Test
    void checkpoint_targetNotEmpty_isRefusedAndLeftAlone() throws IOException {
        Path target = Files.createDirectory(dir.resolve("target"));
        Files.writeString(target.resolve("file"), "mine");
        Path subdirectory = Files.createDirectories(dir.resolve("other/sub"));
        Path file = Files.writeString(dir.resolve("plain"), "mine");
        try (Engine engine = Engine.open(config())) {
            engine.write(record());
            Path inside =
                    config().dataDir().resolve("sst/copy"); // was made, among files that only an engine may change
            for (Path bad : List.of(
                    target,
                    subdirectory.getParent(),
                    file,
                    config().dataDir(),
                    inside,
                    inside.resolve("../../../db/copy"))) {
                assertThatThrownBy(() -> engine.checkpoint(bad))
                        .as("%s", bad)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("target = " + bad);
            }
            assertThat(target).isDirectoryContaining("glob:**/file");
            assertThat(file).hasContent("mine");
            assertThat(inside).doesNotExist();
        }
    }
}
