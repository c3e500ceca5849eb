package io.flowdb.benchmarks.stress;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.benchmarks.CommandLineRun;
import io.flowdb.benchmarks.engine.EngineKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StressCommandTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("io.flowdb.benchmarks.engine.EngineKind#keyValueStores")
    void stress_withVerify_checksEveryReadAndReportsBothPhases(EngineKind engine) throws Exception {
        Path json = dir.resolve("result.json");
        Path databases = dir.resolve("databases");

        CommandLineRun run = CommandLineRun.of(
                "stress",
                "--engine",
                engine.label(),
                "--records",
                "1003",
                "--value-size",
                "33",
                "--batch",
                "7",
                "--threads",
                "4",
                "--sync",
                "always",
                "--read-percent",
                "50",
                "--duration",
                "0.1s",
                "--verify",
                "--json",
                json.toString(),
                "--dir",
                databases.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("load:", "mixed:", "verified: all 1,003 records", "p99.9", "write amplification");
        List<String> lines = Files.readAllLines(json);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("\"phase\":\"load\"", "\"recordsWritten\":1003,");
        assertThat(lines.get(1)).contains("\"phase\":\"mixed\"", "\"verify\":true", "\"stalls\":");
        assertThat(figure(lines.get(1), "reads")).isPositive().isEqualTo(figure(lines.get(1), "readsVerified"));
        assertThat(databases).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "10, 3, 16", "1000, 100, 2"})
    void stress_overwrites_writeThatManyRecords(int records, int batch, int threads) throws Exception {
        Path json = dir.resolve("result.json");

        CommandLineRun run = CommandLineRun.of(
                "stress",
                "--engine",
                "rocksdb",
                "--records",
                "" + records,
                "--batch",
                "" + batch,
                "--threads",
                "" + threads,
                "--read-percent",
                "0",
                "--overwrites",
                "5",
                "--memtable",
                "1m",
                "--verify",
                "--json",
                json.toString(),
                "--dir",
                dir.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        String mixed = Files.readAllLines(json).get(1);
        int used = Math.min(threads, records);
        assertThat(figure(mixed, "recordsWritten")).isBetween(5L * records, 5L * records + (long) used * batch);
        assertThat(figure(mixed, "threads")).isEqualTo(used);
        assertThat(run.out()).contains(" " + used + " threads");
        assertThat(figure(mixed, "reads")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--records 0 | --records 0, allowed",
                "--value-size 7 | --value-size 7, allowed: 8",
                "--batch 0 | --batch 0, allowed",
                "--threads 0 | --threads 0, allowed",
                "--sync often | --sync often, allowed: always, interval",
                "--read-percent 101 | --read-percent 101, allowed: 0 to 100",
                "--duration soon | is no time",
                "--memtable big | is no size",
                "--overwrites 1 --read-percent 100 | never ends",
                "--records 2147483647 | --records 2147483647, allowed: 1 to ",
                "--memtable 1 | --memtable 1, allowed: 64k to 1g",
                "--memtable 999999999g | allowed: 64k to 1g",
                "--cache 999999999g | allowed: 0 to 1024g",
                "--json target/no/such/result.json | --json target/no/such/result.json: no file",
                "--json target | --json target: no file",
                "--dir pom.xml | --dir pom.xml: no directory",
                "--dir pom.xml/below | --dir pom.xml/below: no directory",
                "--engine none | unknown engine none, allowed: flowdb,rocksdb,mvstore",
                "--engine sqlite | --engine sqlite, allowed: flowdb,rocksdb,mvstore"
            })
    void stress_wrongArgument_exitsWithTwoAndSaysWhich(String arguments, String complaint) {
        List<String> args = new ArrayList<>(List.of("stress"));
        args.addAll(List.of(arguments.trim().split(" ")));

        CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(complaint);
    }

    private static long figure(String line, String name) {
        return Long.parseLong(line.replaceAll(".*\"" + name + "\":([0-9]+).*", "$1"));
    }
}
