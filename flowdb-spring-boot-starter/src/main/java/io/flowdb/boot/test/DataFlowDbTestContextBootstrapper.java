package io.flowdb.boot.test;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Finds the application's configuration and the properties of {@link DataFlowDbTest}. */
final class DataFlowDbTestContextBootstrapper extends TestSliceTestContextBootstrapper<DataFlowDbTest> {}
