package io.vmfactory.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The attributes that identify the content of a file. As long as the stamp stays the same, the file
 * was neither written to nor replaced.
 */
record FileStamp(Map<String, Object> attributes) {
  private static final String WHAT = "unix:dev,ino,size,lastModifiedTime,ctime";

  /** Returns the stamp of {@code file} as it is now. Taken before the file is read. */
  static FileStamp of(Path file) throws IOException {
    return new FileStamp(Files.readAttributes(file, WHAT));
  }
}
