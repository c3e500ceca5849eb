package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Thousands of virtual threads share a few carriers: whoever waited while holding one would end all of them. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    private static final int THREADS = 1_000;
    private static final int ACCOUNTS = 50;
    private static final int BALANCE = 1_000;

    @TempDir
    Path dir;

    /* Tests are compiled for Java 17, which does not know the method. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    @Test
    void transactionsAndReads_inVirtualThreads_endAndStayConsistent() throws Exception {
        ExecutorService threads = virtualThreads();
        try (JsonDB db = JsonDB.open(Config.builder().dataDir(dir).build())) {
            db.applyStore(StoreSchema.of("accounts", "id").withIndex("by_branch", "branch"));
            for (int id = 0; id < ACCOUNTS; id++) {
                db.put("accounts", json("{'id':" + id + ",'branch':" + id % 5 + ",'balance':" + BALANCE + "}"));
            }
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int kind = i % 4;
                int from = i * 7 % ACCOUNTS;
                int to = (from + 1 + i % (ACCOUNTS - 1)) % ACCOUNTS;
                calls.add(threads.submit(() -> {
                    if (kind == 0) {
                        checkTotal(db);
                    } else if (kind == 1) {
                        assertThat(db.getByIndex("accounts", "by_branch", 3)).hasSize(ACCOUNTS / 5);
                    } else {
                        transfer(db, from, to);
                    }
                    return null;
                }));
            }
            for (Future<?> call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
            checkTotal(db);
            assertThat(db.verifyIndexes("accounts").problems()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    private static void transfer(JsonDB db, int from, int to) {
        db.inTransaction(TransactionMode.READ_WRITE, Set.of("accounts"), transaction -> {
            add(transaction, from, -1);
            add(transaction, to, 1);
            return null;
        });
    }

    private static void add(JsonTransaction transaction, int id, int amount) {
        ObjectNode account = (ObjectNode) transaction.get("accounts", id);
        transaction.put(
                "accounts", account.put("balance", account.get("balance").asInt() + amount));
    }

    private static void checkTotal(JsonDB db) {
        int total = 0;
        for (JsonNode account : db.query("accounts").collect()) {
            total += account.get("balance").asInt();
        }
        assertThat(total).isEqualTo(ACCOUNTS * BALANCE);
    }
}
