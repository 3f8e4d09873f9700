package io.vmfactory.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/** The three standard streams, byte for byte and without a buffer. */
record Stdio(InputStream in, OutputStream out, OutputStream err) {
  /** Those of this process. They are not closed: they belong to it. */
  static Stdio ofThisProcess() {
    return new Stdio(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }
}
