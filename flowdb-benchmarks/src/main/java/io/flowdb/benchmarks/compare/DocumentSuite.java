package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.document.DocumentEngine;
import io.flowdb.benchmarks.document.DocumentSession;
import io.flowdb.benchmarks.document.DocumentStore;
import io.flowdb.benchmarks.document.Users;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents with indexes, durable writes, look-ups and queries. Rows that only write have a fresh database each and are
 * followed by a scan that compares everything; the others work on 20,000 users.
 */
final class DocumentSuite implements Suite.Runner {
    static final List<String> WORKLOADS = List.of(
            "put-1",
            "put-8",
            "put-64",
            "batch-100",
            "get-parsed",
            "get-text",
            "unique-lookup",
            "index-lookup-1",
            "index-lookup-200",
            "compound-order-limit",
            "in-100",
            "update-unindexed",
            "rmw-8",
            "count-index",
            "full-scan",
            "auto-increment",
            "import-cities");

    private static final int USERS = 20_000;
    private static final int LOAD_BATCH = 1_000;
    private static final int PUT_BATCH = 100;
    private static final int RMW_THREADS = 8;
    private static final int THREAD_SHIFT = 32;
    private static final long SEED = 20260104;

    private final RunContext context;
    private final DocumentEngine engine;
    private final Users users;

    DocumentSuite(RunContext context) {
        this.context = context;
        engine = DocumentEngine.valueOf(context.engine().name());
        users = new Users(context.recordsOr(USERS));
    }

    static Durability durability(EngineKind engine) {
        return Durability.FSYNC;
    }

    @Override
    public void run() throws Exception {
        for (int threads : new int[] {1, 8, 64}) {
            put("put-" + threads, threads, 1);
        }
        put("batch-" + PUT_BATCH, 1, PUT_BATCH);
        Path dir = context.dir().resolve("users");
        try (DocumentStore store = engine.open(dir)) {
            load(store);
            store.settle();
            AtomicIntegerArray names = new AtomicIntegerArray(users.count());
            new DocumentReads(context, store, users, Directories.sizeBytes(dir)).run(this::wants);
            updateNames(store, names);
            changeNames(store, names);
            insertNotes(store);
        }
        Directories.remove(dir);
        if (wants("import-cities")) {
            importCities();
        }
    }

    private boolean wants(String workload) {
        return context.wants(workload) && !engine.lacks().contains(workload);
    }

    private void put(String workload, int threads, int batch) throws Exception {
        if (!wants(workload)) {
            return;
        }
        Path dir = context.dir().resolve(workload);
        AtomicLongArray written = new AtomicLongArray(threads);
        try (DocumentStore store = engine.open(dir)) {
            put(store, written, batch, context.warmUpNanos());
            TimedRun run = put(store, written, batch, context.measuredNanos());
            context.emit(RowSample.of(workload, run.callsPerSecond() * batch, run.histogram())
                    .withBytesOnDisk(Directories.sizeBytes(dir)));
            checkWritten(store, written);
        }
        Directories.remove(dir);
    }

    private TimedRun put(DocumentStore store, AtomicLongArray written, int batch, long nanos) throws Exception {
        return TimedRun.run(written.length(), nanos, 1, (thread, timer) -> {
            try (DocumentSession session = store.session()) {
                long next = written.get(thread);
                List<ObjectNode> documents = new ArrayList<>();
                while (!timer.expired()) {
                    documents.clear();
                    for (int i = 0; i < batch; i++) {
                        documents.add(users.document(number(thread, next++), 0));
                    }
                    long begin = timer.begin();
                    if (batch == 1) {
                        session.put(documents.get(0));
                    } else {
                        session.putAll(documents);
                    }
                    timer.end(begin);
                    written.set(thread, next);
                }
            }
        });
    }

    private static long number(int thread, long i) {
        return ((long) thread + 1 << THREAD_SHIFT) + i;
    }

    private void checkWritten(DocumentStore store, AtomicLongArray written) throws Exception {
        long expected = 0;
        try (DocumentSession session = store.session()) {
            for (int thread = 0; thread < written.length(); thread++) {
                expected += written.get(thread);
                for (long i = 0; i < written.get(thread); i++) {
                    users.check(session, session.get(number(thread, i)), number(thread, i), 0);
                }
            }
            checkCount("users", session.scan(document -> {}), expected);
        }
    }

    private void load(DocumentStore store) throws Exception {
        try (DocumentSession session = store.session()) {
            List<ObjectNode> documents = new ArrayList<>();
            for (int i = 0; i < users.count(); i++) {
                documents.add(users.document(i, 0));
                if (documents.size() == LOAD_BATCH || i == users.count() - 1) {
                    session.putAll(documents);
                    documents.clear();
                }
            }
        }
    }

    private void updateNames(DocumentStore store, AtomicIntegerArray names) throws Exception {
        if (!wants("update-unindexed")) {
            return;
        }
        Random64 random = new Random64(SEED);
        measure("update-unindexed", 1, (thread, timer) -> {
            try (DocumentSession session = store.session()) {
                while (!timer.expired()) {
                    int id = random.nextInt(users.count());
                    String name = users.name(id, names.incrementAndGet(id));
                    long begin = timer.begin();
                    session.setName(id, name);
                    timer.end(begin);
                }
            }
        });
        checkNames(store, names);
    }

    /** Each transaction adds one to the number at the end of a name: a lost update shows in the sum. */
    private void changeNames(DocumentStore store, AtomicIntegerArray names) throws Exception {
        if (!wants("rmw-8")) {
            return;
        }
        measure("rmw-8", RMW_THREADS, (thread, timer) -> {
            Random64 random = new Random64(SEED + thread);
            try (DocumentSession session = store.session()) {
                while (!timer.expired()) {
                    int id = random.nextInt(users.count());
                    long begin = timer.begin();
                    session.changeName(id, DocumentSuite::withNextVersion);
                    timer.end(begin);
                    names.incrementAndGet(id);
                }
            }
        });
        checkNames(store, names);
    }

    private static String withNextVersion(String name) {
        int at = name.lastIndexOf('v') + 1;
        return name.substring(0, at) + (Integer.parseInt(name.substring(at)) + 1);
    }

    private void checkNames(DocumentStore store, AtomicIntegerArray names) throws Exception {
        try (DocumentSession session = store.session()) {
            for (int id = 0; id < users.count(); id++) {
                users.check(session, session.get(id), id, names.get(id));
            }
        }
    }

    private void insertNotes(DocumentStore store) throws Exception {
        if (!wants("auto-increment")) {
            return;
        }
        AtomicLong last = new AtomicLong();
        measure("auto-increment", 1, (thread, timer) -> {
            try (DocumentSession session = store.session()) {
                while (!timer.expired()) {
                    ObjectNode note = JsonMapper.shared().createObjectNode().put("text", "note");
                    long begin = timer.begin();
                    long key = session.insertNote(note);
                    timer.end(begin);
                    if (key != last.incrementAndGet()) {
                        throw new WrongAnswerException("note has key " + key + " instead of " + last);
                    }
                }
            }
        });
    }

    private void measure(String workload, int threads, TimedRun.Body body) throws Exception {
        context.measureReads(workload, new RunContext.Reads(threads, 1, 1, Double.NaN, body));
    }

    private void importCities() throws Exception {
        Path file = context.cities();
        if (file == null) {
            return;
        }
        importCities(file, false);
        importCities(file, true);
    }

    private void importCities(Path file, boolean counted) throws Exception {
        Path dir = context.dir().resolve("cities");
        try (DocumentStore store = engine.open(dir)) {
            System.gc();
            long[] count = new long[1];
            TimedRun run = TimedRun.run(1, Long.MAX_VALUE, 1, (thread, timer) -> {
                long begin = timer.begin();
                count[0] = store.importCities(file);
                timer.end(begin);
            });
            if (counted) {
                context.emit(RowSample.of("import-cities", count[0] * run.callsPerSecond(), run.histogram())
                        .withBytesOnDisk(Directories.sizeBytes(dir)));
                Cities.check(store, file, count[0]);
            }
        }
        Directories.remove(dir);
    }

    private static void checkCount(String what, long found, long expected) {
        if (found != expected) {
            throw new WrongAnswerException(found + " " + what + " instead of " + expected);
        }
    }
}
