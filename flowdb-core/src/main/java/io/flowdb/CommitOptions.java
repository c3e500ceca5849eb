package io.flowdb;

/**
 * Settings of commits.
 *
 * @param memtableBytes size at which the active memtable is frozen
 * @param maxFrozen frozen memtables at which writers wait
 * @param syncByDefault whether {@link WriteOptions#DEFAULT} means a sync
 * @param compacting whether compactions run by themselves, so that waiting for them helps
 * @param stallLimitMillis how long a writer waits for room before it gives up
 */
record CommitOptions(
        long memtableBytes, int maxFrozen, boolean syncByDefault, boolean compacting, long stallLimitMillis) {}
