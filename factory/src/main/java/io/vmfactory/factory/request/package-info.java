/** What a request asks for and what it gets: the daemon's own words, free of wire and library. */
@NullMarked
package io.vmfactory.factory.request;

import org.jspecify.annotations.NullMarked;
