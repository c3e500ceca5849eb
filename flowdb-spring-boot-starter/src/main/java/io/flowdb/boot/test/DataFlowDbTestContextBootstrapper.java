package io.flowdb.boot.test;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Finds the application's configuration and the properties of {@link DataFlowDbTest}. What an application may say of
 * its database and what an empty one in memory cannot do, only to be read or to have its stores already, is overridden;
 * properties of the test itself come after that.
 */
final class DataFlowDbTestContextBootstrapper extends TestSliceTestContextBootstrapper<DataFlowDbTest> {

    @Override
    protected String @Nullable [] getProperties(Class<?> testClass) {
        String[] own = super.getProperties(testClass);
        if (!isInMemory(testClass)) {
            return own;
        }
        Stream<String> overridden = Stream.of("flowdb.read-only=false", "flowdb.schema.mode=update");
        return Stream.concat(overridden, own == null ? Stream.of() : Stream.of(own))
                .toArray(String[]::new);
    }

    private static boolean isInMemory(Class<?> testClass) {
        return MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
                .withEnclosingClasses(TestContextAnnotationUtils::searchEnclosingClass)
                .from(testClass)
                .get(AutoConfigureDataFlowDb.class)
                .getValue("inMemory", Boolean.class)
                .orElse(false);
    }
}
