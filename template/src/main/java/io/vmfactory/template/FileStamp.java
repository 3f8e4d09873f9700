package io.vmfactory.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which content a file has, as far as a look can tell: as long as this stays the same, the file was
 * not written to and is not another one.
 */
record FileStamp(Map<String, Object> attributes) {
  private static final String WHAT = "unix:dev,ino,size,lastModifiedTime,ctime";

  /** Of {@code file} as it is now; to be taken before it is read. */
  static FileStamp of(Path file) throws IOException {
    return new FileStamp(Files.readAttributes(file, WHAT));
  }
}
