package io.flowdb.data.model;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.core.ScanMode;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.support.FlowDbRepositoryFactory;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A repository of random methods over one set of random entities; a seed makes it all. Each method is called some
 * times, inside a transaction with changes of its own and outside of one.
 */
final class MethodRound {

    private final long seed;
    private final Random random;
    private final Class<?> type;
    private final Map<String, MethodMeaning> methods = new HashMap<>();

    /** Methods of {@code next}, as many as {@code count}, of different names. */
    MethodRound(long seed, int count, Function<Random, ? extends MethodMeaning> next, Path directory) throws Exception {
        this.seed = seed;
        this.random = new Random(seed);
        String name = "Specimens" + (seed & Long.MAX_VALUE);
        StringBuilder source = new StringBuilder("package io.flowdb.data.model;\npublic interface " + name + " extends "
                + FlowDbRepository.class.getName() + "<Specimen, Long> {\n");
        while (methods.size() < count) {
            MethodMeaning method = next.apply(random);
            if (methods.putIfAbsent(method.name(), method) == null) {
                source.append("  ").append(method.declaration()).append(";\n");
            }
        }
        this.type = CompiledInterface.load(
                "io.flowdb.data.model." + name, source.append("}\n").toString(), directory);
    }

    long seed() {
        return seed;
    }

    Random random() {
        return random;
    }

    void run(int calls) {
        try (TestDatabase database = TestDatabase.with(Specimen.class)) {
            List<String> indexes = Specimens.index(database, random);
            database.template().setScanMode(ScanMode.ALLOW);
            FlowDbRepositoryFactory factory = new FlowDbRepositoryFactory(database.template());
            factory.setBeanClassLoader(type.getClassLoader());
            @SuppressWarnings("unchecked")
            FlowDbRepository<Specimen, Long> repository =
                    (FlowDbRepository<Specimen, Long>) factory.getRepository(type);
            Map<Long, Specimen> stored = Specimens.random(random);
            repository.saveAll(stored.values());
            TransactionTemplate transaction = new TransactionTemplate(new FlowDbTransactionManager(database.db()));
            Method[] declared = type.getDeclaredMethods();
            Arrays.sort(declared, java.util.Comparator.comparing(Method::getName));
            for (Method method : declared) {
                MethodMeaning meaning = methods.get(method.getName());
                for (int i = 0; i < calls; i++) {
                    MethodCall call = new MethodCall(this, repository, method, meaning, indexes);
                    if (random.nextBoolean()) {
                        transaction.executeWithoutResult(status -> {
                            call.check(Specimens.change(repository, stored, random));
                            status.setRollbackOnly();
                        });
                    } else {
                        call.check(new HashMap<>(stored));
                        if (meaning.form().deletes()) {
                            repository.saveAll(stored.values());
                        }
                    }
                }
            }
        }
    }
}
