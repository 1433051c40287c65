/** Takes the files of a small project, gives the tarball that its upstream would have published. */
import { createHash } from "node:crypto";
import type { Story } from "./story.ts";

/** A library with headers, a manual, a script and what libtool leaves behind; its configure is written by hand. */
export const GREET: Readonly<Record<string, string>> = {
  configure: `#!/bin/sh
set -e
loud=no
for arg; do
  case $arg in
    --prefix=*) prefix="\${arg#*=}" ;;
    --libdir=*) libdir="\${arg#*=}" ;;
    --loud) loud=yes ;;
  esac
done
: "\${libdir:=$prefix/lib}"
sed -e "s|@prefix@|$prefix|g" -e "s|@libdir@|$libdir|g" -e "s|@loud@|$loud|g" Makefile.in >Makefile
for file in greet.pc greet-config; do sed -e "s|@prefix@|$prefix|g" -e "s|@libdir@|$libdir|g" $file.in >$file; done
`,
  "Makefile.in": `all: libgreet.so
libgreet.so: greet.c
\t$(CC) -g -shared -fPIC -DLOUD=\\"@loud@\\" -Wl,-soname,libgreet.so $(LDFLAGS) -o $@ greet.c
check:
\techo tested >tested
install: all
\tmkdir -p @libdir@/pkgconfig @prefix@/include @prefix@/bin @prefix@/share/man/man1 @prefix@/share/info
\tcp libgreet.so @libdir@/
\techo '# libgreet.la - a libtool library file' >@libdir@/libgreet.la
\tcp greet.h @prefix@/include/
\tcp greet.pc @libdir@/pkgconfig/
\tcp greet-config hello-script @prefix@/bin/
\tchmod 755 @prefix@/bin/*
\techo '.TH greet 1' >@prefix@/share/man/man1/greet.1
\techo '.TH places: @prefix@' >@prefix@/share/man/man1/places.1
\tln -s greet.1 @prefix@/share/man/man1/alias.1
\techo '.TH compressed: @prefix@' | gzip >@prefix@/share/man/man1/packed.1.gz
\tln -s packed.1.gz @prefix@/share/man/man1/packed-too.1.gz
\techo index >@prefix@/share/info/dir
\t[ ! -e tested ] || cp tested @prefix@/
`,
  "greet.c": 'const char *greet(void) { return "hello, loud=" LOUD; }\n',
  "greet.h": "const char *greet(void);\n",
  "greet.pc.in": `prefix=@prefix@
exec_prefix=\${prefix}
libdir=@libdir@
includedir=\${prefix}/include

Name: greet
Description: greets
Version: 1
Libs: -L\${libdir} -lgreet
Cflags: -I\${includedir}
`,
  "greet-config.in": '#!/bin/sh\nprefix=@prefix@\necho "-I${prefix}/include -L@libdir@ -lgreet"\n',
  "hello-script": "#! /usr/bin/env teller\nhello from a script\n",
};

/** Writes a tarball below the story's home. @returns the Lua of a `src` that names it */
export async function tarball(
  s: Story,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    s.write(`upstream/${name}/${path}`, content, path.endsWith("configure") ? 0o755 : 0o644);
  }
  const line = `tar -C upstream -czf upstream/${name}.tar.gz ${name}`;
  const { code, stderr } = await s.shell(line, { unseen: true });
  if (code !== 0) throw new Error(stderr);
  const archive = s.at(`upstream/${name}.tar.gz`);
  const sha256 = createHash("sha256").update(Deno.readFileSync(archive)).digest("hex");
  return `{ url = "file://${archive}", sha256 = "${sha256}" }`;
}
