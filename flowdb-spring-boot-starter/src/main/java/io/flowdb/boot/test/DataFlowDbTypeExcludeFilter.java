package io.flowdb.boot.test;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/** Leaves out the application's components, as {@link DataFlowDbTest} says. */
final class DataFlowDbTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<DataFlowDbTest> {

    DataFlowDbTypeExcludeFilter(Class<?> testClass) {
        super(testClass);
    }
}
