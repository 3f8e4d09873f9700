package io.vmfactory.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/** The three standard streams, unbuffered. */
record Stdio(InputStream in, OutputStream out, OutputStream err) {
  /** Returns the streams of this process. Do not close them. */
  static Stdio ofThisProcess() {
    return new Stdio(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }
}
