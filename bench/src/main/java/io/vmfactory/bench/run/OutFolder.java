package io.vmfactory.bench.run;

import io.vmfactory.bench.plot.Page;
import io.vmfactory.bench.report.HistogramLogs;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.ReportFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder for the files of a run. It is made before the run, which may take an hour. */
final class OutFolder {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final @Nullable Path folder;

  private OutFolder(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Returns an object that writes no files. */
  static OutFolder none() {
    return new OutFolder(null);
  }

  /**
   * Returns the given folder; makes it if it does not exist.
   *
   * @throws IOException if it cannot be made; names the folder
   */
  static OutFolder at(Path folder) throws IOException {
    try {
      return new OutFolder(Files.createDirectories(folder));
    } catch (IOException e) {
      throw new IOException(
          "cannot make the folder %s: choose another with --out".formatted(folder), e);
    }
  }

  /** Makes a new folder in the working directory, named by the time. */
  static OutFolder fresh(Instant now) throws IOException {
    return at(Path.of("bench-results").resolve(STAMP.format(now)));
  }

  /** Writes the files, and returns those that people read. */
  List<Path> write(Report report) throws IOException {
    if (folder == null) {
      return List.of();
    }
    Path json = folder.resolve("report.json");
    ReportFile.write(report, json);
    HistogramLogs.write(report, folder);
    Path html = folder.resolve("report.html");
    Files.writeString(html, Page.of(report));
    return List.of(json, html);
  }
}
