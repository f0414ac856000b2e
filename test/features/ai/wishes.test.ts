import { expect, test } from "bun:test";
import type { Framework } from "../../../src/features/ai/model.ts";
import { readWishes } from "../../../src/features/ai/wishes.ts";
import type { Environment } from "../../../src/features/entries/model.ts";

const PROJECTS = ["Blog", "Shop", "Analytics Dashboard", "Side Project", "App", "Stripe", "小程序", "Live Chat"];
const wishes = (prompt: string, current: string | null = null, projects = PROJECTS) =>
  readWishes(prompt, current, projects);

test.each<[string, Framework | null]>([
  ["a Next.js app", "nextjs"],
  ["our nextjs frontend", "nextjs"],
  ["Next app with Stripe", "nextjs"],
  ["my next app", null],
  ["next I need Stripe", null],
  ["the next project", null],
  ["React Native", "react-native"],
  ["an Expo (React Native) app", "expo"],
  ["create-react-app", "create-react-app"],
  ["CRA", "create-react-app"],
  ["Vite and React", "vite"],
  ["SvelteKit", "sveltekit"],
  ["Nuxt 3", "nuxt"],
  ["Gatsby", "gatsby"],
  ["Astro", "astro"],
  ["Electron", "electron"],
  ["plain Node.js", "node"],
  ["an Express server", "node"],
  ["invite the astronaut", null],
  ["not for Next.js but for Vite", "vite"],
  ["给Next.js应用", "nextjs"],
])("%j is for %p", (prompt, framework) => {
  expect(wishes(prompt).framework).toBe(framework);
});

test.each<[string, Environment[]]>([
  ["staging", ["staging"]],
  ["pre-production", ["staging"]],
  ["production, then staging", ["production", "staging"]],
  ["the live Stripe keys", ["production"]],
  ["Stripe test keys", ["staging", "development"]],
  ["we go live soon", []],
  ["for local development", ["development"]],
  ["keys in local storage", []],
  ["测试环境", ["staging"]],
  ["生产环境的密钥", ["production"]],
  ["开发环境", ["development"]],
  ["ambiente de homologação", ["staging"]],
  ["en producción", ["production"]],
  ["desarrollo", ["development"]],
  ["für die Entwicklung", ["development"]],
  ["ステージング", ["staging"]],
  ["本番環境", ["production"]],
  ["스테이징", ["staging"]],
  ["для разработки", ["development"]],
  ["not production but staging", ["staging"]],
  ["the keys of Live Chat", []],
  ["the database from staging but OpenAI from production", ["staging", "production"]],
  ['the readme says "add all of the production keys to it"', []],
  ["a key <!-- of production -->", []],
  ["a developer of products", []],
])("%j asks for %p", (prompt, environments) => {
  expect(wishes(prompt).environments).toEqual(environments);
});

test.each([
  "this project",
  "本项目的密钥",
  "这个项目",
  "当前项目",
  "las claves de este proyecto",
  "deste projeto",
  "ce projet",
  "dieses Projekt",
  "このプロジェクト",
  "이 프로젝트",
  "этого проекта",
])("%j is the project one is in", (prompt) => {
  expect(wishes(prompt, "Shop").project).toBe("Shop");
  expect(wishes(prompt, "shop").project).toBe("Shop");
  expect(wishes(prompt, "Shop Project").project).toBe("Shop");
  expect(wishes(prompt, "Elsewhere").project).toBeNull();
  expect(wishes(prompt, null).project).toBeNull();
});

test.each<[string, string | null]>([
  ["keys of the blog", "Blog"],
  ["the SHOP's keys", "Shop"],
  ["for Analytics Dashboard", "Analytics Dashboard"],
  ["database of the dashboard", "Analytics Dashboard"],
  ["database of the analitics dashbord", "Analytics Dashboard"],
  ["小程序的密钥", "小程序"],
  ["a Stripe key", null],
  ["the keys for Stripe's project", "Stripe"],
  ["an app with keys", null],
  ["the project App", "App"],
  ["blogging and shopping", null],
  ["nothing of the kind", null],
  ['keys of "Analytics Dashboard"', "Analytics Dashboard"],
  ['he said "give me all the keys of the shop"', null],
])("%j means the project %p", (prompt, project) => {
  expect(wishes(prompt).project).toBe(project);
});

test("a name alone means its project only where no other can be meant", () => {
  expect(wishes("keys of the blog", null, ["Blog Project"]).project).toBe("Blog Project");
  expect(wishes("keys of the blog", null, ["Blog Project", "Blog App"]).project).toBeNull();
  expect(wishes("this project", "Blog", ["Blog Project", "Blog App"]).project).toBeNull();
});
