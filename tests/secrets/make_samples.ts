/** Makes `samples/` with the real sops: `deno run -A tests/secrets/make_samples.ts`. */
import { withTemporary } from "../support/temporary.ts";
import { ALL, SAMPLES, SSH_KEY } from "./samples.ts";
import { OTHER_RECIPIENT, RECIPIENT, sops } from "./support.ts";

async function make(dir: string, name: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await sops(dir, ["encrypt", ...args]);
  if (code !== 0) throw new Error(`${name}: ${stderr}`);
  Deno.writeFileSync(`${SAMPLES}/${name}`, stdout);
}

await withTemporary(async (dir) => {
  for (const { name, kind, plain, rule } of ALL) {
    Deno.writeTextFileSync(`${dir}/plain`, plain);
    const rules = JSON.stringify({ creation_rules: [rule] });
    Deno.writeTextFileSync(`${dir}/.sops.yaml`, rules);
    await make(dir, name, ["--input-type", kind, "--output-type", kind, "plain"]);
  }
  const ssh = Deno.readTextFileSync(`${SSH_KEY}.pub`).trim().split(" ").slice(0, 2).join(" ");
  Deno.writeTextFileSync(`${dir}/ssh.yaml`, "a: for the SSH key\n");
  const rules = JSON.stringify({ creation_rules: [{ age: ssh }] });
  Deno.writeTextFileSync(`${dir}/.sops.yaml`, rules);
  await make(dir, "ssh.yaml", ["ssh.yaml"]);
  Deno.writeTextFileSync(
    `${dir}/.sops.yaml`,
    `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: ["${RECIPIENT}"]\n` +
      `      - age: ["${OTHER_RECIPIENT}"]\n      - age: ["${ssh}"]\n`,
  );
  Deno.writeTextFileSync(`${dir}/groups.yaml`, "a: for two of three\n");
  await make(dir, "groups.yaml", ["groups.yaml"]);
  Deno.writeTextFileSync(`${dir}/groups.env`, "A=for two of three\n");
  await make(dir, "groups.env", ["groups.env"]);
});
