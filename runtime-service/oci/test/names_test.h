#ifndef NAMES_TEST_H
#define NAMES_TEST_H

void names_tests(void);

#endif
